import { type ErrorCode, errorCodes, type Problem } from '@cairn/protocol'
import { errorCodeOf, ProblemError } from './problem-error.ts'
import { unknownTask } from './visible-task.ts'

/** What an error of the source is to whoever asked. A code that is absent is a defect: 500. */
const statusByCode: Partial<Record<ErrorCode, number>> = {
  TASK_NOT_FOUND: 404,
  REPOSITORY_NOT_FOUND: 404,
  REPOSITORY_BUSY: 409,
  TASK_ENDED: 409,
  PAUSED: 409,
  CANCELLED: 409,
  INVALID_OPTIONS: 422,
  SOURCE_NOT_FOUND: 422,
  NOT_A_REPOSITORY: 422,
  EMPTY_REPOSITORY: 422,
  SOURCE_TOO_LARGE: 422,
  REF_NOT_FOUND: 422,
  URL_REFUSED: 422,
  AUTHENTICATION_FAILED: 422,
  GIT_FAILED: 422,
  REMOTE_UNREACHABLE: 503,
  EMBEDDER_UNAVAILABLE: 503,
  EMBEDDING_FAILED: 503,
  MEMORY_LIMIT: 503,
  STORE_LOCKED: 503,
  STORE_CORRUPT: 503,
  STORE_READ_ONLY: 503,
  STORE_FULL: 503,
  STORE_TOO_NEW: 503,
  STORE_MISMATCH: 503,
  STORE_FAILED: 503,
  CLOSED: 503,
}

/**
 * The problem that an error of the source is. Messages of the source may name paths of the host, so what is
 * said is what the code means.
 */
export function sourceProblem(error: unknown, retryAfterSeconds: number): ProblemError {
  if (error instanceof ProblemError) return error
  const code = errorCodeOf(error)
  if (code === 'TASK_NOT_FOUND') return unknownTask()
  const status = (code && statusByCode[code]) ?? 500
  if (code === null || status === 500) {
    return new ProblemError(500, 'The server failed on the request.', { code: 'INTERNAL' })
  }
  const taskId = takenBy(error)
  const errors = wrongMembers(error)
  return new ProblemError(
    status,
    taskId ? `${errorCodes[code]} Task: ${taskId}.` : errorCodes[code],
    {
      code,
      ...(taskId === null ? {} : { taskId }),
      ...(errors.length === 0 ? {} : { errors }),
      ...(status === 503 ? { headers: { 'retry-after': String(retryAfterSeconds) } } : {}),
    },
  )
}

/** The option that an error is of, which on the wire is a member of the same name, and what is wrong with it. */
function wrongMembers(error: unknown): NonNullable<Problem['errors']> {
  if (errorCodeOf(error) !== 'INVALID_OPTIONS') return []
  const { option, message } = error as { readonly option?: unknown; readonly message: string }
  return typeof option === 'string' ? [{ path: option, message }] : []
}

/** The task that is in the way, as the error names it. */
function takenBy(error: unknown): string | null {
  const code = errorCodeOf(error)
  if (code !== 'REPOSITORY_BUSY' && code !== 'TASK_ENDED') return null
  const { taskId } = error as { readonly taskId?: unknown }
  return typeof taskId === 'string' ? taskId : null
}
