import type { ErrorCode, Problem } from '@cairn/protocol'
import { fromWire, problemShape, WireShapeError } from '@cairn/protocol/wire'

/** What went wrong in a client: a code of the server's, or one of its own. */
export type StatusClientErrorCode =
  | ErrorCode
  /** The server cannot be reached, or the connection broke. */
  | 'UNREACHABLE'
  /** The server, or what stands before it, did not answer in time. */
  | 'TIMEOUT'
  /** The answer is not what the wire says, as where something else is at the address. */
  | 'INVALID_ANSWER'
  /** The server refused without a code: `status` says why. */
  | 'HTTP_ERROR'

/** What a {@link StatusClientError} is made from. */
export interface StatusClientErrorOptions {
  /** HTTP status; null where there was no answer. @default null */
  readonly status?: number | null
  /** The task that is in the way, for 409. @default null */
  readonly taskId?: string | null
  /** Seconds after which the server wants to be asked again. @default null */
  readonly retryAfterSeconds?: number | null
  /** What is wrong with a request, member by member. @default [] */
  readonly errors?: readonly { readonly path: string; readonly message: string }[]
  /** The error or value this one was made from. */
  readonly cause?: unknown
}

const marker = Symbol.for('cairn.status-client-error')

/** A call to a status server, or a connection to one, that failed. */
export class StatusClientError extends Error {
  override readonly name = 'StatusClientError'
  /** Stable. A newer server may give one that this client does not know. */
  readonly code: StatusClientErrorCode
  /** One sentence a person can act on. */
  readonly detail: string
  /** HTTP status; null where there was no answer. */
  readonly status: number | null
  /** The task that is in the way, for 409. */
  readonly taskId: string | null
  /** Seconds after which the server wants to be asked again; null where it did not say. */
  readonly retryAfterSeconds: number | null
  /** What is wrong with a request, member by member; `path` as on the wire. */
  readonly errors: readonly { readonly path: string; readonly message: string }[]

  constructor(code: StatusClientErrorCode, detail: string, options: StatusClientErrorOptions = {}) {
    super(detail, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.detail = detail
    this.status = options.status ?? null
    this.taskId = options.taskId ?? null
    this.retryAfterSeconds = options.retryAfterSeconds ?? null
    this.errors = options.errors ?? []
    Object.defineProperty(this, marker, { value: true })
  }

  /** Like `instanceof`, and also true of an error from another copy of the package. */
  static isInstance(value: unknown): value is StatusClientError {
    return (
      typeof value === 'object' &&
      value !== null &&
      (value as Record<symbol, unknown>)[marker] === true
    )
  }
}

/** What the client throws where the server cannot be reached. */
export function unreachable(cause: unknown): StatusClientError {
  const why = cause instanceof Error && cause.message !== '' ? ` (${cause.message})` : ''
  return new StatusClientError('UNREACHABLE', `The status server cannot be reached${why}.`, {
    cause,
  })
}

/** What the client throws for an answer that is not of the wire. */
export function invalidAnswer(cause: unknown, status: number | null = null): StatusClientError {
  const why = cause instanceof WireShapeError ? cause.message : 'It is not JSON.'
  const detail = `The answer is not that of a status server: ${why}`
  return new StatusClientError('INVALID_ANSWER', detail, { status, cause })
}

/** What the client throws for an answer that says no: a problem (RFC 9457), or whatever a proxy says. */
export async function refusal(response: Response): Promise<StatusClientError> {
  const { status } = response
  const retryAfterSeconds = secondsUntil(response.headers.get('retry-after'))
  const text = await response.text()
  const problem = readProblem(text)
  if (problem === null) {
    const detail = `The server answered ${status} ${response.statusText}`.trimEnd()
    return new StatusClientError('HTTP_ERROR', `${detail}.`, { status, retryAfterSeconds })
  }
  const { code = 'HTTP_ERROR', detail, taskId = null, errors = [] } = problem
  return new StatusClientError(code, detail, { status, taskId, retryAfterSeconds, errors })
}

function readProblem(text: string): Problem | null {
  try {
    return fromWire(problemShape, JSON.parse(text)) as Problem
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof WireShapeError) return null
    throw error
  }
}

/** Of a `Retry-After`: seconds or a date. */
function secondsUntil(header: string | null): number | null {
  if (header === null) return null
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - Date.now()) / 1000
  return Number.isNaN(seconds) ? null : Math.max(0, seconds)
}
