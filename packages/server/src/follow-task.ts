import { isTerminal, type StatusDocument } from '@cairn/protocol'
import type { DocumentCache } from './document-cache.ts'
import type { Follower, StatusHub } from './status-hub.ts'
import type { StatusMessageType, StatusText } from './status-text.ts'

/** Where a reader left off. */
export interface Position {
  /** The last `seq` that was seen. */
  readonly since: number
  /** The epoch that it belongs to; null where the reader does not know. */
  readonly epoch: string | null
}

/** What {@link followTask} needs. */
export interface FollowOptions {
  readonly taskId: string
  readonly position: Position | null
  readonly hub: StatusHub
  readonly documents: DocumentCache
  readonly read: (taskId: string) => Promise<StatusDocument>
  /** Message that carries a document to someone who has none. */
  readonly firstMessage: StatusMessageType
  readonly offer: (text: StatusText, type: StatusMessageType, isUrgent: boolean) => void
  readonly availability: (error: Error | null) => void
  /** The task has ended, and its last document was offered. */
  readonly ended: () => void
}

/**
 * Gives a reader where a task is and every change from there, nothing twice and nothing left out: it
 * subscribes, keeps what comes, takes a snapshot, and drops what the snapshot has.
 *
 * @returns what ends it
 * @throws what reading the status throws, for an unknown task; nothing is offered then
 */
export async function followTask(options: FollowOptions): Promise<() => void> {
  const { taskId, hub, offer } = options
  let early: [StatusText, boolean][] | null = []
  let seen: Pick<StatusDocument, 'seq' | 'epoch'> | null = null
  let isStopped = false

  const show = (text: StatusText, isUrgent: boolean): void => {
    const { status } = text
    const isSameLog = seen !== null && seen.epoch === status.epoch
    if (isStopped || (seen && isSameLog && status.seq <= seen.seq)) return
    offer(text, isSameLog ? 'status_update' : options.firstMessage, isUrgent || !isSameLog)
    seen = status
    if (isTerminal(status.status)) options.ended()
  }

  const snapshot = async (): Promise<StatusText> => options.documents.of(await options.read(taskId))

  const follower: Follower = {
    update(text, isUrgent) {
      if (early) early.push([text, isUrgent])
      else show(text, isUrgent)
    },
    availability(error) {
      options.availability(error)
      // What happened meanwhile may not be told by anybody else.
      if (error === null && !early) snapshot().then((text) => show(text, true), ignore)
    },
  }

  const unfollow = hub.follow(taskId, follower)
  const stop = (): void => {
    isStopped = true
    unfollow()
  }
  try {
    const text = await snapshot()
    const { position } = options
    if (position && isOf(text.status, position)) {
      seen = { seq: position.since, epoch: text.status.epoch }
      if (isTerminal(text.status.status) && text.status.seq === position.since) options.ended()
    }
    show(text, true)
    const held = early
    early = null
    for (const [later, isUrgent] of held) show(later, isUrgent)
    return stop
  } catch (error) {
    stop()
    throw error
  }
}

/** Whether a position is in the log of the status. */
function isOf(status: StatusDocument, { since, epoch }: Position): boolean {
  return (epoch === null || epoch === status.epoch) && since <= status.seq
}

/** The watch tells when the source cannot be read again. */
function ignore(): void {}
