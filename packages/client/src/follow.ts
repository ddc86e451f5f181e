import { type Backoff, backoffDelay } from './backoff.ts'
import { StatusClientError } from './status-client-error.ts'
import type { Connection, ConnectionEnd, Transport, TransportKind } from './transport.ts'

/** How a watch is connected. */
export type ConnectionState =
  /** Nothing has come yet. */
  | 'connecting'
  /** Updates come as they happen. */
  | 'live'
  /** Updates come every few seconds, because neither a WebSocket nor events can be had. */
  | 'polling'
  /** The connection was lost, and is tried again. */
  | 'reconnecting'
  /** The task has ended, the watch was closed, or the server refused. */
  | 'ended'

/** When {@link follow} does what. */
export interface FollowTiming {
  /** Milliseconds until a connection that has sent nothing is given up. */
  readonly connectTimeoutMs: number
  /** Milliseconds of silence after which a connection is taken for dead. */
  readonly heartbeatTimeoutMs: number
  /** Milliseconds until a better transport than the one in use is tried again. */
  readonly climbAfterMs: number
  readonly backoff: Backoff
}

/** What {@link follow} works with. */
export interface FollowOptions<Message> {
  /** Best first; not empty. */
  readonly transports: readonly Transport<Message>[]
  readonly timing: FollowTiming
  readonly onMessage: (message: Message) => void
  readonly onState: (
    state: Exclude<ConnectionState, 'ended'>,
    transport: TransportKind | null,
  ) => void
  /** A connection was lost; another will be tried. */
  readonly onLost: (error: StatusClientError) => void
  /** The server had no more to say. Another connection is tried unless it is closed now. */
  readonly onDone: () => void
  /** The server said no: this was the last. */
  readonly onRefused: (error: StatusClientError) => void
}

/** What {@link follow} began. */
export interface Follow {
  /** Closes every connection. Nothing is called after it. */
  close(): void
  /** Drops a better transport that is being tried, because what it may send is of an older log. */
  dropAttempt(): void
}

interface Link {
  readonly index: number
  close(): void
}

/**
 * Keeps a connection: the best transport that can be had, the next where one cannot, the best again as soon
 * as it can, and another attempt, later and later, where none works.
 */
export function follow<Message>(options: FollowOptions<Message>): Follow {
  const { transports, timing } = options
  let current: Link | null = null
  /** A better transport that is being tried while `current` goes on. */
  let climbing: Link | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false
  /** The best transport that is not known to be unavailable here. */
  let best = 0
  let failures = 0
  let provenAt: number | null = null
  let wasEverProven = false

  const showLive = (index: number): void => {
    const kind = transports[index]?.kind ?? null
    options.onState(kind === 'polling' ? 'polling' : 'live', kind)
  }

  const connect = (index: number): void => {
    current = open(index, {
      onAccepted: () => showLive(index),
      onProven: () => settleOn(index),
      onEnd: (end) => onCurrentEnd(index, end),
    })
  }

  const settleOn = (index: number): void => {
    best = index
    wasEverProven = true
    provenAt = performance.now()
    showLive(index)
    climbLater()
  }

  const onCurrentEnd = (index: number, end: ConnectionEnd): void => {
    current = null
    dropAttempt()
    clearTimeout(timer)
    const isLast = index + 1 === transports.length
    if (end.kind === 'unavailable' && !isLast) connect(index + 1)
    else if (end.kind === 'refused' || (end.kind === 'unavailable' && isElsewhere(end.error))) {
      close()
      options.onRefused(end.error)
    } else tryAgain(end)
  }

  const tryAgain = (end: Exclude<ConnectionEnd, { kind: 'refused' }>): void => {
    if (end.kind === 'done') options.onDone()
    else options.onLost(end.error)
    if (isClosed) return
    options.onState('reconnecting', null)
    if (isClosed) return
    // A connection that breaks as soon as it stands is not one to come back to at once.
    const livedMs = provenAt === null ? 0 : performance.now() - provenAt
    if (livedMs > backoffDelay(timing.backoff, failures, 1)) failures = 0
    provenAt = null
    const retryAfterMs = end.kind === 'done' ? 0 : (end.error.retryAfterSeconds ?? 0) * 1000
    const delayMs = Math.max(retryAfterMs, backoffDelay(timing.backoff, failures))
    failures += 1
    timer = setTimeout(() => connect(best), delayMs)
  }

  /** Whether what answers is no status server: not where one has answered before, then it is a passing fault. */
  const isElsewhere = ({ status }: StatusClientError): boolean => !wasEverProven && status !== null

  const climbLater = (): void => {
    clearTimeout(timer)
    if (isClosed || current === null || current.index === 0) return
    timer = setTimeout(() => climb(0), timing.climbAfterMs)
  }

  const climb = (index: number): void => {
    if (current === null || index >= current.index) {
      climbLater()
      return
    }
    const link = open(index, {
      onAccepted: () => {},
      onProven() {
        current?.close()
        current = link
        climbing = null
        settleOn(index)
      },
      onEnd(end) {
        if (current === link) onCurrentEnd(index, end)
        else {
          climbing = null
          climb(index + 1)
        }
      },
    })
    climbing = link
  }

  const open = (
    index: number,
    on: { onAccepted(): void; onProven(): void; onEnd(end: ConnectionEnd): void },
  ): Link => {
    const transport = transports[index]
    if (transport === undefined) throw new Error(`There is no transport ${index}.`)
    let isProven = false
    let isOver = false
    let silence: ReturnType<typeof setTimeout> | undefined

    const afterSilence = (ms: number, then: () => void): void => {
      clearTimeout(silence)
      // A poll has the time limit of its request.
      if (!isOver && transport.kind !== 'polling') silence = setTimeout(then, ms)
    }
    const expectHeartbeat = (): void => {
      const { heartbeatTimeoutMs } = timing
      // Half of the time for a heartbeat, the other half for an answer to a ping.
      afterSilence(heartbeatTimeoutMs / 2, () => {
        connection.ping?.()
        afterSilence(heartbeatTimeoutMs / 2, () => giveUp(heartbeatTimeoutMs))
      })
    }
    const giveUp = (timeoutMs: number): void => {
      const detail = `Nothing came for ${timeoutMs} ms.`
      const error = new StatusClientError('TIMEOUT', detail)
      // What never sent a byte is held back on the way, as by a proxy that buffers.
      finish({ kind: isProven ? 'lost' : 'unavailable', error })
    }
    const finish = (end: ConnectionEnd): void => {
      if (isOver) return
      link.close()
      on.onEnd(end)
    }
    const link: Link = {
      index,
      close() {
        isOver = true
        clearTimeout(silence)
        connection.close()
      },
    }
    const connection: Connection = transport.connect({
      onAccepted() {
        if (isOver) return
        expectHeartbeat()
        on.onAccepted()
      },
      onAlive() {
        if (isOver) return
        expectHeartbeat()
        if (isProven) return
        isProven = true
        on.onProven()
      },
      onMessage(message) {
        if (!isOver) options.onMessage(message)
      },
      onEnd: finish,
    })
    afterSilence(timing.connectTimeoutMs, () => giveUp(timing.connectTimeoutMs))
    return link
  }

  const dropAttempt = (): void => {
    climbing?.close()
    if (climbing !== null) {
      climbing = null
      climbLater()
    }
  }

  const close = (): void => {
    isClosed = true
    clearTimeout(timer)
    climbing?.close()
    climbing = null
    current?.close()
    current = null
  }

  connect(0)
  return { close, dropAttempt }
}
