import type { Backoff } from './backoff.ts'
import type { RequestHeaders } from './requests.ts'
import type { WebSocketConstructor } from './socket-transport.ts'
import type { TransportKind } from './transport.ts'

/** Options of `createStatusClient`. */
export interface StatusClientOptions {
  /**
   * Where the server's routes are mounted, with the base path. A browser takes a path of the page's own server.
   * @default '/api/v1/index'
   */
  readonly baseUrl?: string
  /** @default the global `fetch` */
  readonly fetch?: typeof fetch
  /**
   * Null: none is opened. A WebSocket is given its address and nothing else; where yours is to send headers,
   * give a subclass that does.
   * @default the global `WebSocket` where there is one and `headers` are not given, which it could not send
   */
  readonly WebSocket?: WebSocketConstructor | null
  /** Sent with every request; a function is asked for each, as for a token that expires. @default none */
  readonly headers?: RequestHeaders
  /** Milliseconds for one call, with its answer read. @default 30_000 */
  readonly requestTimeoutMs?: number
  /** Of every watch; the options of one go before them. */
  readonly watch?: WatchTiming
}

/** How a watch keeps its connection. */
export interface WatchTiming {
  /**
   * Which ways may be taken. The best that can be had is: WebSocket, then events, then polling.
   * @default ['websocket', 'events', 'polling']
   */
  readonly transports?: readonly TransportKind[]
  /** Milliseconds until a connection that has sent nothing is given up. @default 10_000 */
  readonly connectTimeoutMs?: number
  /**
   * Milliseconds of silence after which a connection is taken for dead: more than two of the server's
   * heartbeats. @default 40_000
   */
  readonly heartbeatTimeoutMs?: number
  /** Milliseconds between two requests where polling is all that can be had. @default 2_000 */
  readonly pollIntervalMs?: number
  /** Milliseconds until a better way than the one in use is tried again. @default 60_000 */
  readonly climbAfterMs?: number
  /** How long to wait before another attempt. @default { minMs: 500, maxMs: 30_000 } */
  readonly backoff?: Backoff
}

/** Milliseconds for one call unless the host says otherwise. */
export const defaultRequestTimeoutMs = 30_000

/** A {@link WatchTiming} unless the host says otherwise. */
export const defaultWatchTiming: Required<WatchTiming> = {
  transports: ['websocket', 'events', 'polling'],
  connectTimeoutMs: 10_000,
  heartbeatTimeoutMs: 40_000,
  pollIntervalMs: 2_000,
  climbAfterMs: 60_000,
  backoff: { minMs: 500, maxMs: 30_000 },
}
