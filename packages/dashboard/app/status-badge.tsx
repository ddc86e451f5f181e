import type { TaskStatus } from '@cairn/protocol'

/** What a person calls a status. */
export const statusTexts: Readonly<Record<TaskStatus, string>> = {
  pending: 'Pending',
  in_progress: 'Running',
  retrying: 'Retrying',
  paused: 'Paused',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
}

/** A status as a word with a mark: never by colour alone. */
export function StatusBadge({ status }: { status: TaskStatus }) {
  return (
    <span className="badge" data-status={status}>
      <span className="dot" aria-hidden="true" />
      {statusTexts[status]}
    </span>
  )
}
