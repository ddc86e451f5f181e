import type { StatusDocument, TaskStatus, TaskSummary } from '@cairn/protocol'
import { taskSummary } from '@cairn/protocol/fold'

/** Which tasks {@link StatusClient.watchAll} follows; an absent member does not narrow. */
export interface TaskListFilter {
  /** Tasks of these statuses; one that leaves them leaves the list. */
  readonly status?: readonly TaskStatus[]
  /** Tasks of this repository. */
  readonly repository?: string
  /** The newest so many; `Infinity` for all. @default 1_000 */
  readonly limit?: number
}

/** Tasks as they were listed, kept up to date. */
export interface TaskTable {
  /** Newest first; null before the first list. The same array until something changes. */
  tasks(): readonly TaskSummary[] | null
  /**
   * Takes a list in place of everything. Where it was asked for after all changes were subscribed to, what they
   * told since is newer than the list.
   */
  replace(listed: readonly TaskSummary[], isSubscribed: boolean): void
  /** Takes a change. False where it is not new. */
  update(status: StatusDocument): boolean
  /** What changes told before is older than the next list. */
  forgetUpdates(): void
}

/** Unless the filter says otherwise. */
const defaultTaskLimit = 1_000

/** An empty table. */
export function createTaskTable(filter: TaskListFilter): TaskTable {
  const limit = filter.limit ?? defaultTaskLimit
  let byId: Map<string, TaskSummary> | null = null
  let shown: readonly TaskSummary[] | null = null
  /** What changes told since they were subscribed to. */
  const updates = new Map<string, StatusDocument>()

  const matches = ({ status, repositoryName }: TaskSummary): boolean =>
    (filter.status?.includes(status) ?? true) &&
    (filter.repository === undefined || filter.repository === repositoryName)

  const put = (tasks: Map<string, TaskSummary>, summary: TaskSummary): Map<string, TaskSummary> => {
    const { taskId } = summary
    if (!matches(summary)) tasks.delete(taskId)
    else if (tasks.has(taskId)) tasks.set(taskId, summary)
    else return new Map([[taskId, summary] as const, ...tasks].slice(0, limit))
    return tasks
  }

  return {
    tasks() {
      if (byId !== null) shown ??= [...byId.values()]
      return shown
    },
    replace(listed, isSubscribed) {
      if (!isSubscribed) updates.clear()
      let tasks = new Map(listed.map((summary) => [summary.taskId, summary]))
      for (const status of updates.values()) {
        const before = tasks.get(status.taskId)
        // The list may have been made after the change; the change that it shows is then on its way.
        const isOlder = before !== undefined && before.overallProgress > status.overallProgress
        if (!isOlder) tasks = put(tasks, taskSummary(status))
      }
      byId = tasks
      shown = null
    },
    update(status) {
      const last = updates.get(status.taskId)
      if (last !== undefined && last.epoch === status.epoch && last.seq >= status.seq) return false
      updates.set(status.taskId, status)
      if (byId !== null) byId = put(byId, taskSummary(status))
      shown = null
      return true
    },
    forgetUpdates: () => updates.clear(),
  }
}
