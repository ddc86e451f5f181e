import type { ClientMessage, ServerMessage } from '@cairn/protocol'
import { closeCodes } from '@cairn/protocol/wire'
import { readServerMessage } from './server-messages.ts'
import { StatusClientError, unreachable } from './status-client-error.ts'
import type { ConnectionEnd, Transport } from './transport.ts'

/** As much of a WebSocket as the client uses: that of browsers, of Node 22 and newer, or of `ws`. */
export interface WebSocketLike {
  /** The connection stands. */
  onopen: ((event: never) => void) | null
  /** A message came, in the event's `data`. */
  onmessage: ((event: never) => void) | null
  /** The connection has ended, with the event's `code` and `reason`. */
  onclose: ((event: never) => void) | null
  /** The connection failed; a close follows. */
  onerror: ((event: never) => void) | null
  /** Sends a text. */
  send(text: string): void
  /** Starts the closing handshake. */
  close(code?: number): void
  /** Ends the connection without one, where that can be had. */
  terminate?(): void
}

/** Makes a {@link WebSocketLike}. */
export type WebSocketConstructor = new (url: string) => WebSocketLike

/** What {@link socketTransport} works with. */
export interface SocketOptions<Message> {
  readonly WebSocket: WebSocketConstructor
  /** Called for each connection. */
  readonly url: () => URL
  /** Sent when the connection is open. */
  readonly commands: readonly ClientMessage['type'][]
  /** What a message of the server is to the reader; null for what it does not mind. */
  readonly toMessage: (message: ServerMessage) => Message | null
}

/** Updates by WebSocket. */
export function socketTransport<Message>(options: SocketOptions<Message>): Transport<Message> {
  const connect: Transport<Message>['connect'] = (listener) => {
    let isOver = false
    let hasReceived = false
    let serverSaid = ''
    let socket: WebSocketLike | null = null

    const leave = (): void => {
      isOver = true
      if (socket?.terminate === undefined) socket?.close()
      else socket.terminate()
    }
    const end = (connectionEnd: ConnectionEnd): void => {
      if (isOver) return
      leave()
      listener.onEnd(connectionEnd)
    }
    const send = (type: ClientMessage['type']): void => socket?.send(JSON.stringify({ type }))

    const endOfClose = (code: number, reason: string): ConnectionEnd => {
      if (code === closeCodes.ended) return { kind: 'done' }
      const said = serverSaid || reason
      if (code === closeCodes.taskNotFound) {
        const detail = said || 'The server does not know the task.'
        return { kind: 'refused', error: new StatusClientError('TASK_NOT_FOUND', detail) }
      }
      if (!hasReceived && (code === closeCodes.unauthorized || code === closeCodes.forbidden)) {
        const detail = said || 'The server does not let this client follow tasks.'
        const status = code === closeCodes.unauthorized ? 401 : 403
        return { kind: 'refused', error: new StatusClientError('HTTP_ERROR', detail, { status }) }
      }
      // Whether the server refused the upgrade or is away, a WebSocket does not tell.
      const detail = `The WebSocket was closed with ${code}${said && `: ${said}`}.`
      const error = new StatusClientError('UNREACHABLE', detail)
      return { kind: hasReceived ? 'lost' : 'unavailable', error }
    }
    const onMessage = ({ data }: { data: unknown }): void => {
      if (isOver) return
      try {
        const message = readServerMessage(String(data))
        hasReceived = true
        listener.onAlive()
        if (message === null || isOver) return
        if (message.type === 'error') serverSaid = message.message
        const own = options.toMessage(message)
        if (own !== null) listener.onMessage(own)
      } catch (error) {
        if (!StatusClientError.isInstance(error)) throw error
        end({ kind: hasReceived ? 'lost' : 'unavailable', error })
      }
    }

    try {
      socket = new options.WebSocket(options.url().href.replace(/^http/, 'ws'))
      socket.onopen = () => {
        if (isOver) return leave()
        // The answer shows that messages get through, where there is no news to send.
        for (const type of ['ping', ...options.commands] as const) send(type)
      }
      socket.onmessage = onMessage
      socket.onclose = ({ code, reason }: { code: number; reason: string }) => {
        end(endOfClose(code, reason))
      }
      // A close follows; an emitter of Node without this listener would throw.
      socket.onerror = () => {}
    } catch (error) {
      queueMicrotask(() => end({ kind: 'unavailable', error: unreachable(error) }))
    }
    return {
      ping: () => send('ping'),
      close() {
        if (!isOver) leave()
      },
    }
  }
  return { kind: 'websocket', connect }
}
