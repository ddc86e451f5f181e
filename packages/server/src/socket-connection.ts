import { closeCodes } from '@cairn/protocol'
import type { Connection } from './connections.ts'
import type { FilledLimits } from './fill-options.ts'
import { messageFrame } from './frame.ts'
import { parseClientMessage } from './parse-client-message.ts'
import { createReader, type Outlet, type Reader } from './reader.ts'
import type { SocketTalk } from './socket-talk.ts'

/** A socket in the form that every runtime's can be given. */
export interface Socket extends Outlet {
  /** Asks for a sign of life; absent where the runtime does that itself. */
  ping?(): void
}

/** What a runtime tells of a socket. */
export interface SocketConnection extends Connection {
  /** A text message came; null: a binary one. */
  message(text: string | null): void
  /** A ping of the client came. */
  pinged(): void
  /** The answer to a ping came. */
  ponged(): void
  /** Something that was written has left. */
  drained(): void
  /** The socket is closed. */
  closed(): void
}

/** What {@link createSocketConnection} needs. */
export interface SocketConnectionOptions {
  readonly socket: Socket
  readonly limits: FilledLimits
  readonly expiresAt: Date | null
  /** Starts what the socket is for. */
  readonly talk: (reader: Reader) => SocketTalk
}

/** Serves an open socket. */
export function createSocketConnection(options: SocketConnectionOptions): SocketConnection {
  const { socket, limits, expiresAt } = options
  const reader = createReader(socket, limits)
  const talk = options.talk(reader)
  let pingedAt: number | null = null
  let secondBegan = performance.now()
  let inThisSecond = 0

  const say = (message: Parameters<typeof messageFrame>[0]): void =>
    reader.send(messageFrame(message))

  /** Counts a message; false where there are too many. */
  const count = (): boolean => {
    const now = performance.now()
    if (now - secondBegan >= 1_000) {
      secondBegan = now
      inThisSecond = 0
    }
    inThisSecond += 1
    if (inThisSecond <= limits.maxMessagesPerSecond) return true
    if (inThisSecond === limits.maxMessagesPerSecond + 1) {
      reader.finish(closeCodes.policyViolation, 'Too many messages.')
    }
    return false
  }

  const sendHeartbeat = (now: number): void => {
    const seq = talk.seq()
    say({ type: 'heartbeat', ...(seq === null ? {} : { seq }), timestamp: new Date() })
    if (!socket.ping || pingedAt !== null) return
    pingedAt = now
    socket.ping()
  }

  return {
    message(text) {
      if (!count()) return
      const message = parseClientMessage(text)
      if ('problem' in message) {
        say({ type: 'error', message: message.problem })
        return
      }
      if (message.type === 'ping') {
        say({ type: 'pong', timestamp: new Date() })
        return
      }
      const problem = talk.command(message)
      if (problem !== null) say({ type: 'error', message: problem })
    },
    pinged() {
      count()
    },
    ponged() {
      pingedAt = null
      count()
    },
    drained: () => reader.drained(),
    check(now) {
      reader.check(now)
      if (expiresAt && Date.now() >= expiresAt.getTime()) {
        say({ type: 'error', message: 'The authorization has expired.' })
        reader.finish(closeCodes.unauthorized, 'The authorization has expired.')
      } else if (pingedAt !== null && now - pingedAt > limits.stallAfterMs) {
        reader.cut()
      } else if (now - reader.silentSince() >= limits.heartbeatMs) {
        sendHeartbeat(now)
      }
    },
    shutDown: () => reader.finish(closeCodes.restarting, 'The server shuts down.'),
    cut: () => reader.cut(),
    closed: () => talk.stop(),
  }
}
