import { useIndexStatus } from '@cairn/client/react'
import type { TaskSummary } from '@cairn/protocol'
import { useEffect, useState } from 'react'
import { wasAccepted } from './accepted-tasks.ts'
import { useConnected } from './connected.tsx'
import { ErrorNote } from './error-note.tsx'
import { focusHeading } from './focus-heading.ts'
import { useIsGone } from './gone-task.ts'
import { useTaskAnnouncements } from './task-announcements.ts'
import { TaskDetails } from './task-details.tsx'

/** One task, live. */
export function TaskView(props: { taskId: string; tasks: readonly TaskSummary[] | null }) {
  // A task that has ended goes on when it is resumed, and is then watched anew.
  const [watched, setWatched] = useState(0)
  return <WatchedTask key={watched} {...props} onAgain={() => setWatched((times) => times + 1)} />
}

function WatchedTask(props: {
  taskId: string
  tasks: readonly TaskSummary[] | null
  onAgain: () => void
}) {
  const { taskId, tasks, onAgain } = props
  const { client } = useConnected()
  const { status, connection, error } = useIndexStatus(client, taskId)
  const isGone = useIsGone(taskId, tasks, connection === 'ended' && status !== null)
  useTaskAnnouncements(status)
  useHeadingKept(status !== null)
  const isAwaited =
    status === null &&
    error?.code === 'TASK_NOT_FOUND' &&
    connection === 'ended' &&
    wasAccepted(taskId)
  useEffect(() => {
    if (!isAwaited) return
    const timer = setTimeout(onAgain, 500)
    return () => clearTimeout(timer)
  }, [isAwaited, onAgain])
  if (status !== null) return <TaskDetails status={status} isGone={isGone} onResumed={onAgain} />
  return (
    <section className="page">
      <h1>Task</h1>
      {isAwaited ? (
        <p className="muted">The server has accepted the task, and has not begun it yet.</p>
      ) : error && connection === 'ended' ? (
        <ErrorNote title="There is nothing to show." error={error} />
      ) : (
        <p className="muted">Loading the task …</p>
      )}
      <p>
        <a href="#/">All tasks</a>
      </p>
    </section>
  )
}

/** The heading that had the focus is another one when the task is there. */
function useHeadingKept(isThere: boolean): void {
  useEffect(() => {
    if (isThere && document.activeElement === document.body) focusHeading()
  }, [isThere])
}
