import { type IncomingMessage, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { type RawData, type ServerOptions, type WebSocket, WebSocketServer } from 'ws'
import type { FilledLimits } from './fill-options.ts'
import { nodeHeader, nodeHeaders, nodeOrigin } from './node-headers.ts'
import type { RequestContext, ServerLogger } from './options.ts'
import { ProblemError, problemAnswer } from './problem-error.ts'
import { splitTarget } from './request-target.ts'
import type { Socket } from './socket-connection.ts'
import type { Admission, SocketRequests } from './socket-requests.ts'
import { sourceProblem } from './source-problem.ts'

/** What {@link createSocketUpgrades} is made from. */
export interface SocketUpgradesOptions {
  readonly requests: SocketRequests
  readonly limits: FilledLimits
  readonly logger: ServerLogger
}

/** Takes upgrades of a Node HTTP server to WebSockets. */
export interface SocketUpgrades {
  /** Lets a socket in, or answers why not. One that somebody else reads already is left to them. */
  take(request: IncomingMessage, socket: Duplex, head: Uint8Array, context: RequestContext): void
  /** Ends sockets that are not let in yet. */
  close(): void
}

/** Milliseconds that a client has to answer a close. */
const closeTimeout = 2_000

/** Versions of the protocol that `ws` speaks. */
const versions = ['13', '8']

/** Messages of a few bytes have no reason to come in more parts. */
const maxFragments = 256

/** Upgrades on `ws`. */
export function createSocketUpgrades(options: SocketUpgradesOptions): SocketUpgrades {
  const { requests, limits, logger } = options
  const waiting = new Set<Duplex>()
  // Two of these are missing from the types of `ws`.
  const socketOptions: ServerOptions & { maxFragments: number; closeTimeout: number } = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: limits.maxMessageBytes,
    maxFragments,
    closeTimeout,
  }
  const server = new WebSocketServer(socketOptions)
  server.on('wsClientError', ({ message }, socket, request) => {
    refuse(socket, handshakeProblem(request, message))
  })

  /** Whether somebody reads a socket already, which nobody does when its upgrade is told. */
  const isLeftToOthers = ({ url = '/' }: IncomingMessage, socket: Duplex): boolean => {
    if (socket.listenerCount('data') + socket.listenerCount('readable') === 0) return false
    const [path] = splitTarget(url)
    logger.warn({ path }, 'An upgrade was taken by somebody else on the same HTTP server')
    return true
  }

  const letIn = async (
    request: IncomingMessage,
    socket: Duplex,
    context: RequestContext,
  ): Promise<Admission | null> => {
    try {
      return await requests.admit(
        {
          method: request.method ?? 'GET',
          target: request.url ?? '/',
          origin: nodeOrigin(request),
          // Pages of browsers that speak version 8 are named by another header.
          pageOrigin: nodeHeader(request, 'origin') ?? nodeHeader(request, 'sec-websocket-origin'),
          headers: () => nodeHeaders(request),
        },
        context,
      )
    } catch (error) {
      const problem = sourceProblem(error, limits.retryAfterSeconds)
      if (problem.problem.status >= 500) logger.error({ err: error }, 'An upgrade failed')
      if (!isLeftToOthers(request, socket)) refuse(socket, problem)
      return null
    }
  }

  return {
    take(request, socket, head, context) {
      if (isLeftToOthers(request, socket)) return
      const forget = (): void => {
        waiting.delete(socket)
      }
      waiting.add(socket)
      socket.once('close', forget)
      socket.on('error', destroy)
      letIn(request, socket, context).then((admission) => {
        forget()
        socket.off('close', forget)
        if (!admission) return
        socket.off('error', destroy)
        if (isLeftToOthers(request, socket)) {
          admission.leave()
          return
        }
        if (socket.destroyed || !socket.readable || !socket.writable) {
          socket.destroy()
          admission.leave()
          return
        }
        // Called by `ws` in the same turn, or never where the request is no handshake of a WebSocket.
        let hasBegun = false
        const onOpen = (webSocket: WebSocket): void => {
          hasBegun = true
          serve(webSocket, socket, admission, limits)
        }
        server.handleUpgrade(request, socket, Buffer.from(head), onOpen)
        if (!hasBegun) admission.leave()
      })
    },
    close() {
      for (const socket of waiting) socket.destroy()
      server.close()
    },
  }
}

function destroy(this: Duplex): void {
  this.destroy()
}

function serve(
  webSocket: WebSocket,
  stream: Duplex,
  { open, leave }: Admission,
  { coalesceAboveBytes }: FilledLimits,
): void {
  const onDrained = (): void => connection.drained()
  // A stream that has less than this tells nobody that it is empty again.
  const onWritten = coalesceAboveBytes < stream.writableHighWaterMark ? onDrained : undefined
  const socket: Socket = {
    bufferedBytes: () => stream.writableLength,
    sizeOf: (frame) => frame.socketBytes().byteLength,
    // Not by `send`, which makes and writes a frame of its own for each of the readers of an update.
    write(frame) {
      if (webSocket.readyState === webSocket.OPEN) stream.write(frame.socketBytes(), onWritten)
    },
    close: (code, reason) => webSocket.close(code, reason),
    cut: () => webSocket.terminate(),
    ping: () => webSocket.ping(),
  }
  const connection = open(socket)
  stream.on('drain', onDrained)
  webSocket.on('message', (data: RawData, isBinary) => {
    connection.message(isBinary ? null : data.toString())
  })
  webSocket.on('ping', () => connection.pinged())
  webSocket.on('pong', () => connection.ponged())
  // What broke the protocol or the limits is closed by `ws`, with the code for it.
  webSocket.on('error', ignore)
  webSocket.on('close', () => {
    stream.destroy()
    connection.closed()
    leave()
  })
}

function ignore(): void {}

/** What is wrong with a handshake that `ws` refuses, which says it in a sentence. */
function handshakeProblem(
  { method, headers }: Pick<IncomingMessage, 'method' | 'headers'>,
  message: string,
): ProblemError {
  if (method !== 'GET') {
    return new ProblemError(405, 'A WebSocket is asked for by GET.', { headers: { allow: 'GET' } })
  }
  // RFC 6455, section 4.2.2: an answer that says which versions there are.
  return versions.includes(headers['sec-websocket-version'] ?? '')
    ? new ProblemError(400, `${message}.`)
    : new ProblemError(426, 'This is a WebSocket of another version.', {
        headers: { upgrade: 'websocket', 'sec-websocket-version': versions.join(', ') },
      })
}

/** Answers an upgrade that is not let in. */
function refuse(socket: Duplex, problem: ProblemError): void {
  const { status, headers, body } = problemAnswer(problem)
  const lines = Object.entries({
    ...headers,
    connection: 'close',
    'content-length': String(Buffer.byteLength(String(body))),
  }).map(([name, value]) => `${name}: ${value}`)
  socket.once('finish', () => socket.destroy())
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${body}`)
}
