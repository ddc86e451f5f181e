import { closeCodes } from '@cairn/protocol'
import type { FilledLimits } from './fill-options.ts'
import { messageFrame } from './frame.ts'
import type { ServerLogger, SocketContext, SocketLike } from './options.ts'
import type { Socket, SocketConnection } from './socket-connection.ts'
import type { Admission, SocketRequests } from './socket-requests.ts'
import { sourceProblem } from './source-problem.ts'

/** What {@link connectSocket} needs of the server. */
export interface ConnectOptions {
  readonly requests: SocketRequests
  readonly limits: FilledLimits
  readonly logger: ServerLogger
}

/** Close codes of problems, which a socket that is open already cannot be answered. */
const codeByStatus: Readonly<Record<number, number>> = {
  401: closeCodes.unauthorized,
  403: closeCodes.forbidden,
  404: closeCodes.taskNotFound,
  429: closeCodes.restarting,
  503: closeCodes.restarting,
}

/** Serves a socket that is open already. */
export async function connectSocket(
  socket: SocketLike,
  context: SocketContext,
  { requests, limits, logger }: ConnectOptions,
): Promise<void> {
  // What comes before the socket is let in is not lost.
  const early: unknown[] = []
  let connection: SocketConnection | null = null
  let admission: Admission | null = null
  let isClosed = false
  const onMessage = (data: unknown): void => {
    if (!connection) {
      if (early.length < limits.maxMessagesPerSecond) early.push(data)
    } else if (sizeOf(data) > limits.maxMessageBytes) {
      outlet.close(closeCodes.tooBig, 'The message is too big.')
    } else {
      connection.message(typeof data === 'string' ? data : null)
    }
  }
  const onClose = (): void => {
    if (isClosed) return
    isClosed = true
    connection?.closed()
    admission?.leave()
  }
  const outlet = outletOf(socket, (error) => {
    logger.debug({ err: error }, 'A socket that fails is taken for closed')
    onClose()
  })
  socket.addEventListener('message', ({ data }) => onMessage(data))
  socket.addEventListener('close', onClose)
  socket.addEventListener('error', onClose)
  const { request } = context
  const { origin, href } = new URL(request.url)
  try {
    admission = await requests.admit(
      {
        method: request.method,
        target: href.slice(origin.length),
        origin,
        pageOrigin: request.headers.get('origin'),
        headers: () => request.headers,
      },
      context,
    )
  } catch (error) {
    const { problem } = sourceProblem(error, limits.retryAfterSeconds)
    if (problem.status >= 500) logger.error({ err: error }, 'A socket failed')
    if (isClosed) return
    outlet.write(messageFrame({ type: 'error', message: problem.detail }))
    outlet.close(codeByStatus[problem.status] ?? closeCodes.policyViolation, problem.title)
    return
  }
  if (isClosed) {
    admission.leave()
    return
  }
  connection = admission.open(outlet)
  if (isClosed) connection.closed()
  else for (const data of early) onMessage(data)
}

/** Some runtimes throw where a socket is gone, also before they have told that it is closed. */
function outletOf(socket: SocketLike, onFailure: (error: unknown) => void): Socket {
  const attempt = (action: () => void): void => {
    try {
      action()
    } catch (error) {
      onFailure(error)
    }
  }
  return {
    bufferedBytes() {
      let bytes = 0
      attempt(() => {
        bytes = socket.bufferedAmount ?? 0
      })
      return bytes
    },
    sizeOf: (frame) => frame.socketBytes().byteLength,
    write: (frame) => attempt(() => socket.send(frame.json)),
    close: (code, reason) => attempt(() => socket.close(code, reason)),
    // The WHATWG's sockets cannot be ended without saying so.
    cut: () => attempt(() => socket.close(closeCodes.policyViolation, 'The reader does not read.')),
  }
}

function sizeOf(data: unknown): number {
  if (typeof data === 'string') return Buffer.byteLength(data)
  if (data instanceof ArrayBuffer || ArrayBuffer.isView(data)) return data.byteLength
  return 0
}
