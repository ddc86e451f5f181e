import type { Backoff } from './backoff.ts'
import { type Link, type LinkListener, type LinkTiming, openLink } from './link.ts'
import { createRetries } from './retries.ts'
import type { StatusClientError } from './status-client-error.ts'
import type { ConnectionEnd, Transport, TransportKind } from './transport.ts'

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
export interface FollowTiming extends LinkTiming {
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

/**
 * Keeps a connection: the best transport that can be had, the next where one cannot, the best again as soon
 * as it can, and another attempt, later and later, where none works.
 */
export function follow<Message>(options: FollowOptions<Message>): Follow {
  const { transports, timing, onMessage } = options
  const retries = createRetries(timing.backoff)
  /** The transport that was proven last; it is where another attempt begins. */
  let best = 0
  let wasEverProven = false
  let current: Link | null = null
  /** A better transport that is being tried while `current` goes on. */
  let attempt: Link | null = null
  /** Until the next attempt: at any transport where there is none, at a better one where there is. */
  let timer: ReturnType<typeof setTimeout> | undefined
  let isClosed = false

  const open = (index: number, listener: Omit<LinkListener<Message>, 'onMessage'>): Link => {
    const transport = transports[index]
    if (transport === undefined) throw new Error(`There is no transport ${index}.`)
    return openLink(transport, timing, { ...listener, onMessage })
  }

  const connect = (index: number): void => {
    current = open(index, {
      onAccepted: () => showLive(index),
      onProven: () => settleOn(index),
      onEnd: (end) => onCurrentEnd(index, end),
    })
  }

  const showLive = (index: number): void => {
    const kind = transports[index]?.kind ?? null
    options.onState(kind === 'polling' ? 'polling' : 'live', kind)
  }

  const settleOn = (index: number): void => {
    best = index
    wasEverProven = true
    retries.proven()
    showLive(index)
    climbLater()
  }

  const onCurrentEnd = (index: number, end: ConnectionEnd): void => {
    leave()
    const isLast = index + 1 === transports.length
    if (end.kind === 'unavailable' && !isLast) connect(index + 1)
    else if (end.kind === 'refused' || (end.kind === 'unavailable' && isElsewhere(end.error))) {
      close()
      options.onRefused(end.error)
    } else tryAgain(end)
  }

  /** Whether what answers is no status server: not where one has answered before, then it is a passing fault. */
  const isElsewhere = ({ status }: StatusClientError): boolean => !wasEverProven && status !== null

  const tryAgain = (end: Exclude<ConnectionEnd, { kind: 'refused' }>): void => {
    if (end.kind === 'done') options.onDone()
    else options.onLost(end.error)
    // Whoever is told may close it.
    if (!isClosed) options.onState('reconnecting', null)
    if (isClosed) return
    const retryAfterSeconds = end.kind === 'done' ? null : end.error.retryAfterSeconds
    timer = setTimeout(() => connect(best), retries.delayMs((retryAfterSeconds ?? 0) * 1000))
  }

  const climbLater = (): void => {
    clearTimeout(timer)
    if (!isClosed && best > 0) timer = setTimeout(() => climbTo(0), timing.climbAfterMs)
  }

  /** Tries a better transport than the one in use, and then those between them. */
  const climbTo = (index: number): void => {
    if (index === best) {
      climbLater()
      return
    }
    const link = open(index, {
      onAccepted: () => {},
      onProven() {
        current?.close()
        current = link
        attempt = null
        settleOn(index)
      },
      onEnd(end) {
        if (current === link) onCurrentEnd(index, end)
        else {
          attempt = null
          climbTo(index + 1)
        }
      },
    })
    attempt = link
  }

  const leave = (): void => {
    clearTimeout(timer)
    current?.close()
    attempt?.close()
    current = null
    attempt = null
  }

  const close = (): void => {
    isClosed = true
    leave()
  }

  connect(0)
  return {
    close,
    dropAttempt() {
      if (attempt === null) return
      attempt.close()
      attempt = null
      climbLater()
    },
  }
}
