import { CairnError } from '@cairn/core'

/** What the command says to its caller by its exit code. */
export const exitCodes = {
  done: 0,
  failed: 1,
  badUsage: 2,
  /** Done, but some files could not be indexed. */
  someFilesFailed: 3,
  /** By Ctrl-C or a termination signal: 128 + SIGINT, as shells have it. */
  cancelled: 130,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The exit code that an error ends the command with. */
export function exitCodeOf(error: unknown): ExitCode {
  if (isCancelled(error)) return exitCodes.cancelled
  if (!CairnError.isInstance(error)) return exitCodes.failed
  if (error.code === 'INVALID_OPTIONS') return exitCodes.badUsage
  return exitCodes.failed
}

/** Whether an error says that the caller stopped what was under way. */
export function isCancelled(error: unknown): boolean {
  if (CairnError.isInstance(error)) return error.code === 'CANCELLED'
  return error instanceof Error && error.name === 'AbortError'
}
