import pRetry from 'p-retry'
import { toCairnError } from './errors.ts'
import type { RunProgress } from './progress/run-progress.ts'

/** Calls something outside the process, and again after a pause while its error is recoverable. */
export type Retry = <T>(what: string, call: () => Promise<T>) => Promise<T>

const firstPauseMs = 200
const longestPauseMs = 10_000

/** Pauses grow exponentially with jitter; meanwhile the run's health is `waiting`, naming `what`. */
export function createRetry(options: {
  readonly retries: number
  readonly progress: Pick<RunProgress, 'waiting' | 'warning'>
  readonly signal: AbortSignal
}): Retry {
  const { retries, progress, signal } = options
  return async (what, call) => {
    const waiter = {}
    try {
      return await pRetry(
        async () => {
          signal.throwIfAborted()
          try {
            return await call()
          } catch (error) {
            throw toCairnError(error)
          }
        },
        {
          retries,
          minTimeout: firstPauseMs,
          maxTimeout: longestPauseMs,
          randomize: true,
          signal,
          shouldRetry: ({ error }) => toCairnError(error).recoverable && !signal.aborted,
          onFailedAttempt: ({ error, retriesLeft }) => {
            const failure = toCairnError(error)
            // A call that was cancelled failed for no reason of its own and is not tried again.
            if (signal.aborted || !failure.recoverable || retriesLeft === 0) return
            progress.waiting(waiter, `Waiting for ${what}: ${failure.message}`)
            progress.warning(failure.code, `${what} failed and is tried again: ${failure.message}`)
          },
        },
      )
    } finally {
      // A call that is given up waits no longer either.
      progress.waiting(waiter, null)
    }
  }
}
