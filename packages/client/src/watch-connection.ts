import { type ConnectionState, type Follow, follow } from './follow.ts'
import type { WatchTiming } from './options.ts'
import type { StatusClientError } from './status-client-error.ts'
import type { Transport, TransportKind } from './transport.ts'
import { usableTransports } from './usable-transports.ts'

/** What {@link createWatchConnection} works with. */
export interface WatchConnectionParts<Message> {
  readonly timing: Required<WatchTiming>
  readonly signal: AbortSignal | undefined
  /** The ways that there are; null for one that is not to be had here. */
  readonly transports: Readonly<Record<TransportKind, () => Transport<Message> | null>>
  /** Whether there is anything to show: until then it is `connecting`. */
  readonly hasValue: () => boolean
  readonly onMessage: (message: Message) => void
  /** The server had no more to say, which need not be the end. */
  readonly onDone: () => void
  /** Nothing follows the state `ended`. */
  readonly onState: (state: ConnectionState) => void
  readonly onError: (error: StatusClientError) => void
  /** Called once, before the state is `ended`; undefined: there was no error. */
  readonly onEnd: (error: unknown) => void
}

/** How a watch is connected, from its begin to its end. */
export interface WatchConnection {
  readonly state: ConnectionState
  readonly transport: TransportKind | null
  /** Begins, unless the signal was aborted before: then it ends. To be called once. */
  begin(): void
  /** A value has come: what was `connecting` is connected. */
  arrived(): void
  /** Drops a better transport that is being tried, because what it may send is of an older log. */
  dropAttempt(): void
  /** Closes every connection; only the first call counts. Undefined: there is no error. */
  end(error: unknown): void
}

/** The connection of a watch. @throws StatusClientError `INVALID_OPTIONS` where there is no way to get updates. */
export function createWatchConnection<Message>(
  parts: WatchConnectionParts<Message>,
): WatchConnection {
  const { timing, signal } = parts
  const transports = usableTransports(timing.transports, parts.transports)
  let state: ConnectionState = 'connecting'
  let transport: TransportKind | null = null
  let following: Follow | null = null

  const setState = (next: ConnectionState, kind: TransportKind | null): void => {
    transport = kind
    // A server that has only said that it is there may still have nothing to show.
    const shown = !parts.hasValue() && next !== 'ended' ? 'connecting' : next
    if (state === shown) return
    state = shown
    parts.onState(shown)
  }

  const end = (error: unknown): void => {
    if (state === 'ended') return
    following?.close()
    signal?.removeEventListener('abort', onAbort)
    parts.onEnd(error)
    setState('ended', null)
  }
  const onAbort = (): void => end(signal?.reason)

  return {
    get state() {
      return state
    },
    get transport() {
      return transport
    },
    begin() {
      if (signal?.aborted) return onAbort()
      signal?.addEventListener('abort', onAbort)
      following = follow({
        transports,
        timing,
        onMessage: parts.onMessage,
        onState: setState,
        onLost: parts.onError,
        onDone: parts.onDone,
        onRefused(error) {
          parts.onError(error)
          end(error)
        },
      })
    },
    arrived() {
      if (transport !== null) setState(transport === 'polling' ? 'polling' : 'live', transport)
    },
    dropAttempt: () => following?.dropAttempt(),
    end,
  }
}
