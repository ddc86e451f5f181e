import type { PageRequest, StatusSource, TaskSelection } from './status-source.ts'
import { taskSummary } from './task-summary.ts'
import type { TaskList } from './tasks.ts'

/** Tasks that `recent` lists. */
const recentTasks = 10

/** A page of the tasks that are meant, with sums over all of them and, of the repositories, what ended last. */
export async function readTaskList(
  source: Pick<StatusSource, 'tasks' | 'totals'>,
  selection: TaskSelection,
  page: PageRequest,
): Promise<TaskList> {
  const { repository } = selection
  const [listed, totals, recent] = await Promise.all([
    source.tasks({ ...selection, ...page }),
    source.totals(selection),
    source.tasks({
      ...(repository === undefined ? {} : { repository }),
      order: 'ended',
      limit: recentTasks,
    }),
  ])
  return {
    tasks: listed.tasks.map(taskSummary),
    total: listed.total,
    summary: totals,
    recent: recent.tasks.map(taskSummary),
    timestamp: new Date(),
    nextCursor: listed.nextCursor,
  }
}
