/**
 * Binds a status server to the HTTP servers of Node: `http`, `https` and `http2`.
 *
 * @packageDocumentation
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { nodeHeader, nodeHeaders, nodeOrigin } from './node-headers.ts'
import type { RequestContext, StatusServer } from './options.ts'
import {
  type EventStream,
  isEventStream,
  type WireAnswer,
  type WireRequest,
} from './wire-request.ts'

export { attachUpgrades, type UpgradeListener, type UpgradingServer } from './attach-upgrades.ts'

/** A request of Node's servers; frameworks keep a body that they have parsed in `body`. */
export type NodeRequest = (IncomingMessage | Http2ServerRequest) & { readonly body?: unknown }

/** A response of Node's servers. */
export type NodeResponse = ServerResponse | Http2ServerResponse

/** How {@link nodeHandler} reads a request. */
export interface NodeHandlerOptions<Request extends NodeRequest = NodeRequest> {
  /**
   * Path and query of a request as the base path counts them; a framework that takes a prefix off keeps the
   * whole elsewhere.
   * @default `request.url`
   */
  readonly target?: (request: Request) => string
  /** What is known of a request beside it. @default the address of the peer */
  readonly context?: (request: Request) => RequestContext
}

/**
 * Answers requests of Node's servers, and leaves those to `next` that are not the status server's: a
 * listener of `http.createServer`, and a middleware of what is called as Connect does. Without `next` they
 * are answered 404.
 *
 * @returns a listener, whose promise never rejects and resolves when the answer has begun, or `next` was called
 */
export function nodeHandler<Request extends NodeRequest = NodeRequest>(
  server: StatusServer,
  options: NodeHandlerOptions<Request> = {},
): (request: Request, response: NodeResponse, next?: () => void) => Promise<void> {
  const targetOf = options.target ?? ((request: Request) => request.url ?? '/')
  return async (request, response, next) => {
    const target = targetOf(request)
    if (next && !server.owns(target)) {
      next()
      return
    }
    const context: RequestContext = {
      remoteAddress: request.socket.remoteAddress,
      hostRequest: request,
      // A body that was read by somebody else cannot be read again.
      ...(request.readableDidRead ? { parsedBody: request.body } : {}),
      ...options.context?.(request),
    }
    send(request, response, await server.answer(wireRequest(request, target), context))
  }
}

function wireRequest(request: NodeRequest, target: string): WireRequest {
  return {
    method: request.method ?? 'GET',
    target,
    get origin() {
      return nodeOrigin(request)
    },
    header: (name) => nodeHeader(request, name),
    headers: () => nodeHeaders(request),
    body() {
      if (request.readableDidRead) {
        throw new Error('The host has read the body of a request and left nothing in its `body`.')
      }
      return request
    },
  }
}

function send(request: NodeRequest, response: NodeResponse, answer: WireAnswer): void {
  const { status, headers, body } = answer
  const isHead = request.method === 'HEAD'
  if (isEventStream(body)) {
    if (isHead || response.destroyed || response.closed) {
      body.discard()
      writeHead(response, status, headers)
      response.end()
    } else {
      writeHead(response, status, headers)
      sendEvents(response, body)
    }
    return
  }
  // What was not read of the body would be taken for the next request.
  const isUnread = request.httpVersionMajor === 1 && !request.complete
  const length = body === null ? {} : { 'content-length': Buffer.byteLength(body) }
  writeHead(response, status, {
    ...headers,
    ...length,
    ...(isUnread ? { connection: 'close' } : {}),
  })
  if (isHead || body === null) response.end()
  else response.end(body)
  if (isUnread) request.resume()
}

function writeHead(
  response: NodeResponse,
  status: number,
  headers: Readonly<Record<string, string | number>>,
): void {
  // HTTP/2 has no upgrades, and Node refuses an answer that speaks of one.
  const isHttp2 = 'stream' in response
  for (const [name, value] of Object.entries(headers)) {
    if (!isHttp2 || name !== 'upgrade') response.setHeader(name, value)
  }
  response.statusCode = status
}

function sendEvents(response: NodeResponse, events: EventStream): void {
  const stream = response as ServerResponse
  const listener = events.open({
    bufferedBytes: () => stream.writableLength,
    write(bytes) {
      stream.write(bytes, onWritten)
    },
    end() {
      stream.end()
    },
    destroy() {
      stream.destroy()
      // One that waits behind another answer of its connection has no socket yet, and tells no close.
      listener.closed()
    },
  })
  function onWritten(): void {
    listener.drained()
  }
  stream.on('error', ignore)
  stream.once('close', () => listener.closed())
}

/** The close that follows tells it. */
function ignore(): void {}
