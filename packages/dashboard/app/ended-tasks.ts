import type { TaskSummary } from '@cairn/protocol'

/** How many of the tasks have ended: when it changes, what is indexed may have. */
export function endedTasks(tasks: readonly TaskSummary[] | null): number {
  return (tasks ?? []).filter(({ status }) => status === 'completed').length
}
