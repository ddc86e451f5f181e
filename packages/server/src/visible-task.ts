import type { StatusDocument } from '@cairn/protocol'
import { ProblemError } from './problem-error.ts'
import type { Scope } from './scope.ts'

/** A read of a status to which tasks of repositories outside the scope are unknown. */
export function readVisible(
  read: (taskId: string) => Promise<StatusDocument>,
  scope: Scope,
): (taskId: string) => Promise<StatusDocument> {
  return async (taskId) => {
    const status = await read(taskId)
    if (!scope.has(status.repositoryName)) throw unknownTask()
    return status
  }
}

/** Said alike of a task that is not there and of one that may not be seen. */
export function unknownTask(): ProblemError {
  return new ProblemError(404, 'No such task is known.', { code: 'TASK_NOT_FOUND' })
}
