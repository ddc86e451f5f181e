import { isTerminal, type StatusDocument } from '@cairn/protocol'
import type { Journal } from './contracts/journal.ts'

/** Milliseconds without an event after which it is looked whether the process of a task is still there. */
const silentMs = 2_000

/** Finds tasks that look as if they were under way, and whose process is gone. */
export interface AbandonedTasks {
  /**
   * Ends those of these tasks that are under way, not of this process, silent, and abandoned. True where it
   * was looked, and they should be read again.
   */
  end(statuses: Iterable<StatusDocument>): Promise<boolean>
}

/** `onFailed` is told where it cannot be found out. */
export function createAbandonedTasks(options: {
  readonly journal: Pick<Journal, 'endAbandoned'>
  readonly isOwn: (taskId: string) => boolean
  readonly onFailed: (error: unknown) => void
}): AbandonedTasks {
  const { journal, isOwn, onFailed } = options
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<boolean> | null = null

  const maybeAbandoned = ({ taskId, status, updatedAt }: StatusDocument): boolean =>
    !isTerminal(status) &&
    status !== 'paused' &&
    Date.now() - updatedAt.getTime() > silentMs &&
    !isOwn(taskId)

  const look = async (): Promise<boolean> => {
    try {
      await journal.endAbandoned?.()
      return true
    } catch (error) {
      onFailed(error)
      return false
    } finally {
      lookedAt = performance.now()
      looking = null
    }
  }

  return {
    async end(statuses) {
      if (!journal.endAbandoned) return false
      if (!looking && performance.now() - lookedAt < silentMs) return false
      for (const status of statuses) {
        if (!maybeAbandoned(status)) continue
        looking ??= look()
        return looking
      }
      return false
    },
  }
}
