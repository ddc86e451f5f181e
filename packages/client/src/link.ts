import { StatusClientError } from './status-client-error.ts'
import type { Connection, ConnectionEnd, ConnectionListener, Transport } from './transport.ts'

/** When {@link openLink} gives a connection up. */
export interface LinkTiming {
  /** Milliseconds until a connection that has sent nothing is given up. */
  readonly connectTimeoutMs: number
  /** Milliseconds of silence after which a connection is taken for dead. */
  readonly heartbeatTimeoutMs: number
}

/** Is told what becomes of a {@link Link}. Never called before `openLink` returned, nor after `close`. */
export interface LinkListener<Message> extends Omit<ConnectionListener<Message>, 'onAlive'> {
  /** The first sign of life came. */
  onProven(): void
}

/** A connection that does not stay silent without being noticed. */
export type Link = Pick<Connection, 'close'>

/** Opens a connection, and ends it where nothing comes over it for too long. */
export function openLink<Message>(
  transport: Transport<Message>,
  { connectTimeoutMs, heartbeatTimeoutMs }: LinkTiming,
  listener: LinkListener<Message>,
): Link {
  let isProven = false
  let isOver = false
  let silence: ReturnType<typeof setTimeout> | undefined

  const afterSilence = (ms: number, then: () => void): void => {
    clearTimeout(silence)
    // A poll has the time limit of its request.
    if (!isOver && transport.kind !== 'polling') silence = setTimeout(then, ms)
  }
  const expectHeartbeat = (): void => {
    // Half of the time for a heartbeat, the other half for an answer to a ping.
    afterSilence(heartbeatTimeoutMs / 2, () => {
      connection.ping?.()
      afterSilence(heartbeatTimeoutMs / 2, () => giveUp(heartbeatTimeoutMs))
    })
  }
  const giveUp = (silentMs: number): void => {
    const error = new StatusClientError('TIMEOUT', `Nothing came for ${silentMs} ms.`)
    // What never sent a byte is held back on the way, as by a proxy that buffers.
    finish({ kind: isProven ? 'lost' : 'unavailable', error })
  }
  const finish = (end: ConnectionEnd): void => {
    if (isOver) return
    close()
    listener.onEnd(end)
  }
  const close = (): void => {
    if (isOver) return
    isOver = true
    clearTimeout(silence)
    connection.close()
  }

  const connection: Connection = transport.connect({
    onAccepted() {
      if (isOver) return
      expectHeartbeat()
      listener.onAccepted()
    },
    onAlive() {
      if (isOver) return
      expectHeartbeat()
      if (isProven) return
      isProven = true
      listener.onProven()
    },
    onMessage(message) {
      if (!isOver) listener.onMessage(message)
    },
    onEnd: finish,
  })
  afterSilence(connectTimeoutMs, () => giveUp(connectTimeoutMs))
  return { close }
}
