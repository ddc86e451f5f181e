import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import type { IndexControl, Route, StatusSource } from '@cairn/protocol'
import type { WireAnswer, WireRequest } from './wire-request.ts'

/** What is known of a request beside the request. */
export interface RequestContext {
  /** Address of the peer, for the limits of connections; the host knows which proxies to believe. */
  readonly remoteAddress?: string | undefined
  /** The body as the host has parsed it already; it is then not read again. */
  readonly parsedBody?: unknown
  /** The request as the host's framework has it, for `authorize`: a session, a user. */
  readonly hostRequest?: unknown
}

/** What `authorize` sees of a request, or of the request to upgrade to a WebSocket. */
export interface RequestHead {
  readonly method: string
  /** The whole address. */
  readonly url: string
  readonly headers: Headers
}

/**
 * What a request may do. `scope` is an `allow` of some repositories only: on every route, stream and
 * search the others are as if they were not there, and what concerns all of them is refused.
 */
export type Authorization =
  | {
      readonly kind: 'allow'
      /** When streams that were opened by the request end. */
      readonly expiresAt?: Date
    }
  | {
      readonly kind: 'scope'
      /** Names of the repositories. */
      readonly repositories: readonly string[]
      readonly expiresAt?: Date
    }
  | {
      readonly kind: 'deny'
      /** 401: not known who asks; 403: known, and may not. */
      readonly status: 401 | 403
      /** One sentence for whoever asked. */
      readonly detail?: string
      /** The `WWW-Authenticate` header of a 401. @default 'Bearer' */
      readonly challenge?: string
    }

/**
 * Decides what a request may do, before anything else is done with it, also of one whose path leads nowhere. Of the
 * preflights of browsers, which carry no credentials, it is not asked.
 */
export type Authorize = (
  request: RequestHead,
  context: RequestContext,
) => Authorization | Promise<Authorization>

/** Limits that keep readers from each other's and the host's resources. */
export interface ServerLimits {
  /** Streams of all readers together; one more is answered 503. @default 5_000 */
  readonly maxConnections?: number
  /** Streams of one address; one more is answered 429. @default 1_000 */
  readonly maxConnectionsPerAddress?: number
  /** Tasks that one socket of many tasks may subscribe to. @default 1_000 */
  readonly maxSubscriptions?: number
  /** Bytes of a request's body; one that is larger is answered 413. @default 1_048_576 */
  readonly maxBodyBytes?: number
  /** Bytes of a client's message, its fragments added up; a larger one ends the socket with 1009. @default 4_096 */
  readonly maxMessageBytes?: number
  /** Messages, pings and pongs of a client a second; more end the socket with 1008. @default 50 */
  readonly maxMessagesPerSecond?: number
  /** Bytes that wait for a reader, above which it gets the newest document instead of every one. @default 262_144 */
  readonly coalesceAboveBytes?: number
  /**
   * Bytes that wait for a reader, above which it is cut off unless they get less and less, each time within a
   * tenth of {@link ServerLimits.stallAfterMs}, and are below this limit when that time has passed.
   * @default 1_048_576
   */
  readonly cutAboveBytes?: number
  /** Milliseconds that a reader may take nothing, or not answer a ping, before it is cut off. @default 10_000 */
  readonly stallAfterMs?: number
  /** Milliseconds of silence after which a heartbeat is sent. @default 15_000 */
  readonly heartbeatMs?: number
  /** Least milliseconds between two updates of a task that tell of progress only. @default 250 */
  readonly updateIntervalMs?: number
  /** Milliseconds that `authorize` may take. @default 10_000 */
  readonly authorizeTimeoutMs?: number
  /** Seconds that an answer of 429 or 503 asks to wait. @default 5 */
  readonly retryAfterSeconds?: number
}

/** Cross-origin requests of pages of the allowed origins. */
export interface CorsOptions {
  /** Whether pages may send cookies and credentials. @default false */
  readonly credentials?: boolean
  /** Request headers beside `Content-Type`, `Authorization` and `Last-Event-ID`. @default [] */
  readonly allowedHeaders?: readonly string[]
  /** Seconds that a browser may remember the answer to a preflight. @default 600 */
  readonly maxAgeSeconds?: number
}

/** A logger of the host; pino's shape. */
export interface ServerLogger {
  /** What helps to find a defect. */
  debug(details: object, message: string): void
  /** What someone should look at. */
  warn(details: object, message: string): void
  /** What failed. */
  error(details: object, message: string): void
}

/** Options of `createStatusServer` that do not depend on whether control is on. */
export interface CommonOptions {
  /** Path below which everything is. @default '/api/v1/index' */
  readonly basePath?: string
  /**
   * Address of the base path as readers reach it, where proxies stand in between, for example
   * `https://example.com/tools/index`: for links in answers, and as the host's own origin.
   * @default the base path on the host that the request names
   */
  readonly publicUrl?: string
  /** @default allows everything: whoever reaches the host may read */
  readonly authorize?: Authorize
  readonly limits?: ServerLimits
  /**
   * Origins, beside the host's own, whose pages may open sockets and send commands, and read answers
   * where `cors` is set: `https://app.example.com`, or `*` for every one.
   * @default []
   */
  readonly origins?: readonly string[]
  /** Whether the answers carry CORS headers for {@link CommonOptions.origins}. @default false */
  readonly cors?: boolean | CorsOptions
  /** @default silent */
  readonly logger?: ServerLogger
  /**
   * Whether the page is served, at `dashboard/` below the base path: that of `@cairn/dashboard`, which has to be
   * installed, or one that stands in a folder. It is behind `authorize` as everything is.
   * @default false
   */
  readonly dashboard?: boolean | { readonly folder: string }
  /** Whether the stack traces of indexing errors are sent. @default false */
  readonly exposeStackTraces?: boolean
}

/** Options of `createStatusServer`. */
export type StatusServerOptions = CommonOptions &
  (
    | {
        /** What is shown: an indexer, for example. The server does not close it. */
        readonly source: StatusSource
        /** Whether the routes that change something are mounted. @default false */
        readonly control?: false
      }
    | {
        readonly source: StatusSource & IndexControl
        readonly control: true
        /** Folders; those in them may be indexed, by their path or their `file:` URL. @default none */
        readonly allowedRoots?: readonly string[]
      }
  )

/**
 * A socket of another runtime, in the form of the WHATWG's `WebSocket`: those of Deno, of Cloudflare,
 * of `ws`.
 */
export interface SocketLike {
  /** Sends a text message. */
  send(data: string): void
  /** Closes after what was sent. */
  close(code?: number, reason?: string): void
  /** Bytes that were sent and have not left yet. */
  readonly bufferedAmount?: number
  /** Calls the listener on every message. */
  addEventListener(type: 'message', listener: (event: { readonly data: unknown }) => void): void
  /** Calls the listener when the socket is closed or failed. */
  addEventListener(type: 'close' | 'error', listener: () => void): void
}

/** What `connect` must know of the request by which a socket was opened. */
export interface SocketContext extends RequestContext {
  /** The request to upgrade: its path says which stream is meant. */
  readonly request: RequestHead
}

/** The routes and streams over a source, for any Node backend to mount. */
export interface StatusServer {
  /** Path below which everything is, without a slash at its end. */
  readonly basePath: string
  /** The routes that are mounted. */
  readonly routes: readonly Route[]
  /** Whether a path, with or without a query, is below the base path. */
  owns(path: string): boolean
  /**
   * Answers a request: the routes and Server-Sent Events. It never rejects; a path that is not its own is
   * answered 404.
   */
  fetch(request: Request, context?: RequestContext): Promise<Response>
  /**
   * What {@link StatusServer.fetch} is made of, without the cost of `Request` and `Response`: for bindings
   * to a server that has neither.
   */
  answer(request: WireRequest, context?: RequestContext): Promise<WireAnswer>
  /**
   * Takes an upgrade to a WebSocket, as an `upgrade` event of an HTTP server gives it. False, and nothing
   * done, where the path is not its own, or another protocol is asked for.
   */
  handleUpgrade(
    request: IncomingMessage,
    socket: Duplex,
    head: Uint8Array,
    context?: RequestContext,
  ): boolean
  /** Serves a socket that a runtime has opened itself. One that is not let in is closed: 4401, 4403, 4404. */
  connect(socket: SocketLike, context: SocketContext): Promise<void>
  /** The mounted routes as an OpenAPI 3.1 document. */
  openApi(): Readonly<Record<string, unknown>>
  /** The mounted sockets as an AsyncAPI 3 document. */
  asyncApi(): Readonly<Record<string, unknown>>
  /** Closes every socket with 1012 and ends every stream; afterwards no timer or listener is left. */
  close(): Promise<void>
}
