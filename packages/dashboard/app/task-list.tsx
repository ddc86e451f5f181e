import type { TaskStatus, TaskSummary } from '@cairn/protocol'
import { useMemo, useState } from 'react'
import { count } from './amounts.ts'
import { Chips } from './chips.tsx'
import { CleanupButton } from './cleanup-button.tsx'
import { useConnected } from './connected.tsx'
import { SearchField } from './search-field.tsx'
import { StartButton } from './start-dialog.tsx'
import { statusTexts } from './status-badge.tsx'
import { TaskTable } from './task-table.tsx'

const statuses = Object.keys(statusTexts) as TaskStatus[]

/** Every task, live. */
export function TaskList(props: {
  tasks: readonly TaskSummary[] | null
  /** Some tasks were dropped here. */
  onDropped: () => void
}) {
  const { tasks, onDropped } = props
  const { hasControl } = useConnected()
  const [text, setText] = useState('')
  const [chosen, setChosen] = useState<TaskStatus | 'all'>('all')
  const counts = useMemo(() => countStatuses(tasks ?? []), [tasks])
  const shown = useMemo(() => select(tasks ?? [], text, chosen), [tasks, text, chosen])

  return (
    <section className="page fills">
      <div className="head">
        <h1>Tasks</h1>
        {hasControl && (
          <div className="buttons">
            <CleanupButton onDone={onDropped} />
            <StartButton />
          </div>
        )}
      </div>
      <div className="filters">
        <SearchField label="Filter by repository or task" value={text} onChange={setText} />
        <Chips
          label="Status"
          value={chosen}
          options={[
            ['all', `All ${count(tasks?.length ?? 0)}`],
            ...statuses
              .filter((status) => counts[status] || chosen === status)
              .map((status) => {
                return [
                  status,
                  `${statusTexts[status]} ${count(counts[status] ?? 0)}`,
                  status,
                ] as const
              }),
          ]}
          onChoose={(status) => setChosen(chosen === status ? 'all' : status)}
        />
      </div>
      {tasks === null ? (
        <p className="muted empty">Loading the tasks …</p>
      ) : shown.length > 0 ? (
        <TaskTable tasks={shown} />
      ) : (
        <p className="muted empty">
          {tasks.length === 0
            ? 'Nothing has been indexed yet. A task appears here as soon as it is queued.'
            : 'No task matches the filter.'}
        </p>
      )}
    </section>
  )
}

function countStatuses(tasks: readonly TaskSummary[]): Partial<Record<TaskStatus, number>> {
  const counts: Partial<Record<TaskStatus, number>> = {}
  for (const { status } of tasks) counts[status] = (counts[status] ?? 0) + 1
  return counts
}

function select(
  tasks: readonly TaskSummary[],
  text: string,
  status: TaskStatus | 'all',
): readonly TaskSummary[] {
  const words = text.trim().toLowerCase()
  if (words === '' && status === 'all') return tasks
  return tasks.filter(
    (task) =>
      (status === 'all' || task.status === status) &&
      (task.repositoryName.toLowerCase().includes(words) ||
        task.taskId.toLowerCase().includes(words)),
  )
}
