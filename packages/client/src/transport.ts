import type { StatusClientError } from './status-client-error.ts'

/** A way by which updates come. */
export type TransportKind = 'websocket' | 'events' | 'polling'

/** How a connection ended. */
export type ConnectionEnd =
  /** The server has no more to say. */
  | { readonly kind: 'done' }
  /** It broke, or the server is away: worth another attempt. */
  | { readonly kind: 'lost'; readonly error: StatusClientError }
  /** This way cannot be had here; another might. */
  | { readonly kind: 'unavailable'; readonly error: StatusClientError }
  /** The server says no, and would again. */
  | { readonly kind: 'refused'; readonly error: StatusClientError }

/** Is told what comes over a connection. Never called before `connect` returned, nor after `close`. */
export interface ConnectionListener<Message> {
  /** The server took the request, and may have nothing to say until its next heartbeat. */
  onAccepted(): void
  /** Something came, if only a heartbeat. */
  onAlive(): void
  /** A message came. */
  onMessage(message: Message): void
  /** Called once, and nothing after it. */
  onEnd(end: ConnectionEnd): void
}

/** A connection that was begun. */
export interface Connection {
  /** Asks the server for a sign of life; absent where that cannot be asked. */
  readonly ping?: () => void
  /** Ends it at once, and leaves nothing open. */
  close(): void
}

/** Makes connections of one kind. */
export interface Transport<Message> {
  readonly kind: TransportKind
  connect(listener: ConnectionListener<Message>): Connection
}

/** Of a request that failed before its stream began, or of a poll. */
export function endOf(error: StatusClientError): ConnectionEnd {
  const { status, code } = error
  if (code === 'INVALID_OPTIONS' || code === 'TASK_NOT_FOUND') return { kind: 'refused', error }
  if (code === 'INVALID_ANSWER') return { kind: 'unavailable', error }
  if (status === null || status === 408 || status === 425 || status === 429) {
    return { kind: 'lost', error }
  }
  if (status === 400 || status === 401 || status === 403 || status === 422) {
    return { kind: 'refused', error }
  }
  if (status >= 500 && status !== 501) return { kind: 'lost', error }
  return { kind: 'unavailable', error }
}
