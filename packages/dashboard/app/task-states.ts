import type { TaskStatus } from '@cairn/protocol'

/** Whether nothing more happens, unless the task is resumed. */
export function isOver(status: TaskStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled'
}

/** Whether a process works on the task, or is about to. */
export function isActive(status: TaskStatus): boolean {
  return status === 'pending' || status === 'in_progress' || status === 'retrying'
}
