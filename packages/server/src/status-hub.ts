import type { StatusDocument, StatusSource } from '@cairn/protocol'
import type { DocumentCache } from './document-cache.ts'
import { createPacedTask, type PacedTask } from './paced-task.ts'
import type { StatusText } from './status-text.ts'

/** Someone who follows a task, or every task. */
export interface Follower {
  /** `isUrgent`: a change of stage or an end, which is never left out. */
  update(text: StatusText, isUrgent: boolean): void
  /** The source cannot answer, and with null: it can again. */
  availability(error: Error | null): void
}

/** The one watch on the source, for all who follow. It watches while there are any. */
export interface StatusHub {
  /** Follows a task from now on. @returns what ends it */
  follow(taskId: string, follower: Follower): () => void
  /** Follows every task from now on. @returns what ends it */
  followAll(follower: Follower): () => void
  /** Ends the watch; nobody is called afterwards. */
  close(): void
}

/** What a {@link StatusHub} is made from. */
export interface StatusHubOptions {
  readonly source: Pick<StatusSource, 'watch'>
  readonly documents: DocumentCache
  /** Least milliseconds between updates of a task that are not urgent. */
  readonly updateIntervalMs: number
}

/** A hub over a source. */
export function createStatusHub({
  source,
  documents,
  updateIntervalMs,
}: StatusHubOptions): StatusHub {
  const byTask = new Map<string, Set<Follower>>()
  const ofAll = new Set<Follower>()
  const paced = new Map<string, PacedTask>()
  let unavailable: Error | null = null
  let stopWatch: (() => void) | null = null

  const tell = (status: StatusDocument, isUrgent: boolean): void => {
    const text = documents.of(status)
    for (const follower of byTask.get(status.taskId) ?? []) follower.update(text, isUrgent)
    for (const follower of ofAll) follower.update(text, isUrgent)
  }

  const forget = (taskId: string): void => {
    paced.get(taskId)?.stop()
    paced.delete(taskId)
  }

  const onStatus = (status: StatusDocument): void => {
    const { taskId } = status
    if (ofAll.size === 0 && !byTask.has(taskId)) return
    let task = paced.get(taskId)
    if (!task) {
      task = createPacedTask(updateIntervalMs, tell)
      paced.set(taskId, task)
    }
    task.next(status)
    if (task.hasEnded()) forget(taskId)
  }

  const onAvailability = (error: Error | null): void => {
    unavailable = error
    const all = new Set([...ofAll, ...[...byTask.values()].flatMap((followers) => [...followers])])
    for (const follower of all) follower.availability(error)
  }

  const start = (): void => {
    stopWatch ??= source.watch(onStatus, { onAvailability })
  }

  const stopIfIdle = (): void => {
    if (byTask.size > 0 || ofAll.size > 0) return
    stopWatch?.()
    stopWatch = null
    unavailable = null
    for (const taskId of [...paced.keys()]) forget(taskId)
  }

  const forgetUnfollowed = (): void => {
    if (ofAll.size > 0) return
    for (const taskId of [...paced.keys()]) if (!byTask.has(taskId)) forget(taskId)
  }

  return {
    follow(taskId, follower) {
      const followers = byTask.get(taskId) ?? new Set()
      followers.add(follower)
      byTask.set(taskId, followers)
      start()
      if (unavailable) follower.availability(unavailable)
      return () => {
        if (!followers.delete(follower) || followers.size > 0) return
        byTask.delete(taskId)
        forgetUnfollowed()
        stopIfIdle()
      }
    },
    followAll(follower) {
      ofAll.add(follower)
      start()
      if (unavailable) follower.availability(unavailable)
      return () => {
        if (!ofAll.delete(follower)) return
        forgetUnfollowed()
        stopIfIdle()
      }
    },
    close() {
      byTask.clear()
      ofAll.clear()
      stopIfIdle()
    },
  }
}
