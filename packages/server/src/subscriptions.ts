import { isTerminal, type StatusDocument, type StatusSource, taskStatuses } from '@cairn/protocol'
import { followTask } from './follow-task.ts'
import { messageFrame } from './frame.ts'
import { errorCodeOf } from './problem-error.ts'
import type { Reader } from './reader.ts'
import type { Scope } from './scope.ts'
import type { Follower } from './status-hub.ts'
import type { StatusText } from './status-text.ts'
import type { SocketSource } from './task-socket.ts'
import { unavailableMessage } from './unavailable-message.ts'

/** What {@link createSubscriptions} needs. */
export interface SubscriptionsOptions {
  readonly reader: Reader
  readonly source: SocketSource
  readonly tasks: StatusSource['tasks']
  readonly scope: Scope
  readonly maxSubscriptions: number
}

/** The tasks that one socket follows. */
export interface Subscriptions {
  /** Follows a task; says why it does not. */
  add(taskId: string): string | null
  /** No longer follows a task; says why it still does. */
  remove(taskId: string): string | null
  /** Follows every task, beginning with where those are that have not ended. */
  addAll(): void
  /** Follows nothing any more. */
  close(): void
}

const unendedStatuses = taskStatuses.filter((status) => !isTerminal(status))

/** Tasks of a page while all that have not ended are listed. */
const pageLimit = 50

/** Nothing is followed yet. */
export function createSubscriptions(options: SubscriptionsOptions): Subscriptions {
  const { reader, source, scope } = options
  const single = new Map<string, () => void>()
  /** Where the reader is in tasks that it follows as one of all. */
  const seen = new Map<string, Pick<StatusDocument, 'epoch' | 'seq' | 'status'>>()
  /** Listings under way: what they read may be older than an end that was told meanwhile. */
  let listings = 0
  const left = new Set<string>()
  let stopAll: (() => void) | null = null
  let isClosed = false
  let isListed = false
  let wasUnavailable = false

  const availability = (error: Error | null): void => {
    // Each of the tasks tells it; the reader is told once.
    if (error && !wasUnavailable) {
      reader.send(messageFrame({ type: 'error', message: unavailableMessage(error) }))
    }
    wasUnavailable = error !== null
  }

  const show = (text: StatusText, isUrgent: boolean): void => {
    const { taskId, epoch, seq, repositoryName, status } = text.status
    if (isClosed || left.has(taskId) || single.has(taskId) || !scope.has(repositoryName)) return
    const last = seen.get(taskId)
    if (last && last.epoch === epoch && seq <= last.seq) return
    const isFirst = last?.epoch !== epoch
    reader.offer(taskId, text.frame(isFirst ? 'task_status' : 'status_update'), isUrgent || isFirst)
    if (isTerminal(status) && listings === 0) seen.delete(taskId)
    else seen.set(taskId, { epoch, seq, status })
  }

  const showUnended = async (): Promise<void> => {
    let cursor: string | null = null
    do {
      const page = await options.tasks({
        status: unendedStatuses,
        limit: pageLimit,
        ...(scope.repositories ? { repository: scope.repositories } : {}),
        ...(cursor === null ? {} : { cursor }),
      })
      for (const status of page.tasks) {
        // As fast as it reads: the tasks of all its pages would wait for a slow one here.
        if (!(await reader.room()) || isClosed) return
        show(source.documents.of(status), true)
      }
      cursor = page.nextCursor
    } while (cursor !== null)
  }

  const list = (): void => {
    isListed = true
    listings += 1
    showUnended()
      .catch((error: Error) => {
        // Again when the source can be read again: who does not change is told by nothing else.
        isListed = false
        availability(error)
      })
      .finally(() => {
        listings -= 1
        if (listings > 0) return
        for (const [taskId, { status }] of seen) if (isTerminal(status)) seen.delete(taskId)
      })
  }

  const add = (taskId: string): string | null => {
    left.delete(taskId)
    if (single.has(taskId)) return null
    if (single.size >= options.maxSubscriptions) {
      return `A socket may subscribe to at most ${options.maxSubscriptions} tasks.`
    }
    let isRemoved = false
    let stop: (() => void) | null = null
    const unsubscribe = (): void => {
      isRemoved = true
      stop?.()
    }
    single.set(taskId, unsubscribe)
    followTask({
      ...source,
      taskId,
      position: null,
      firstMessage: 'task_status',
      offer(text, type, isUrgent) {
        if (!isRemoved) reader.offer(taskId, text.frame(type), isUrgent)
      },
      availability,
      ended() {},
    }).then(
      (unfollow) => {
        if (isRemoved) unfollow()
        else stop = unfollow
      },
      (error: unknown) => {
        if (single.get(taskId) === unsubscribe) single.delete(taskId)
        const message =
          errorCodeOf(error) === 'TASK_NOT_FOUND'
            ? ({ type: 'task_not_found', taskId, message: `Task ${taskId} not found` } as const)
            : ({ type: 'error', taskId, message: unavailableMessage(error) } as const)
        if (!isRemoved) reader.send(messageFrame(message))
      },
    )
    return null
  }

  return {
    add,
    remove(taskId) {
      single.get(taskId)?.()
      single.delete(taskId)
      if (!stopAll || left.has(taskId)) return null
      if (left.size >= options.maxSubscriptions) {
        return `A socket may leave at most ${options.maxSubscriptions} of all tasks.`
      }
      left.add(taskId)
      return null
    },
    addAll() {
      if (stopAll) return
      const follower: Follower = {
        update: show,
        availability(error) {
          availability(error)
          if (error === null && !isListed) list()
        },
      }
      stopAll = source.hub.followAll(follower)
      list()
    },
    close() {
      isClosed = true
      for (const unsubscribe of single.values()) unsubscribe()
      single.clear()
      stopAll?.()
    },
  }
}
