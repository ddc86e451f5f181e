import { STATUS_CODES } from 'node:http'
import {
  type ErrorCode,
  encode,
  errorCodes,
  type Problem,
  problemMediaType,
  problemSchema,
} from '@cairn/protocol'
import type { WireAnswer } from './wire-request.ts'

/** What a {@link ProblemError} says beside its status and detail. */
export interface ProblemParts extends Pick<Problem, 'code' | 'taskId' | 'errors'> {
  /** Headers of the answer, by names in lower case. */
  readonly headers?: Readonly<Record<string, string>>
}

/** A request that is answered with a problem. Everything in it may be shown to whoever asked. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly problem: Problem
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, detail: string, { headers = {}, ...parts }: ProblemParts = {}) {
    super(detail)
    this.problem = {
      type: 'about:blank',
      title: STATUS_CODES[status] ?? 'Error',
      status,
      detail,
      ...parts,
    }
    this.headers = headers
  }
}

/** The answer that a problem is. */
export function problemAnswer({ problem, headers }: ProblemError): WireAnswer {
  return {
    status: problem.status,
    headers: { ...headers, 'content-type': problemMediaType },
    body: JSON.stringify(encode(problemSchema, problem)),
  }
}

/** The code of an error of cairn; null for any other error. */
export function errorCodeOf(error: unknown): ErrorCode | null {
  if (error instanceof ProblemError) return error.problem.code ?? null
  const code = error instanceof Error && 'code' in error ? error.code : null
  return typeof code === 'string' && Object.hasOwn(errorCodes, code) ? (code as ErrorCode) : null
}
