import pRetry from 'p-retry'
import { pause } from './pause.ts'
import { ProviderError } from './provider-error.ts'
import type { Waits } from './waits.ts'

const firstPauseMs = 250
const longestPauseMs = 8000

/** Makes a request, and makes it again while the provider is busy and the time budget lasts. */
export type Patience = <T>(
  attempt: () => Promise<T>,
  signal: AbortSignal,
  waits: Waits,
) => Promise<T>

/** What {@link createPatience} works with. */
export interface PatienceOptions {
  /** Milliseconds from the first attempt at a request to the start of its last. */
  readonly budgetMs: number
  /** Told before each pause. */
  readonly onRetry: (error: ProviderError, delayMs: number) => void
}

/**
 * Pauses grow exponentially with full jitter ("Exponential Backoff and Jitter", Amazon 2015), after
 * what `Retry-After` asks for. While the provider has asked to wait no request is sent, by whatever
 * call: a caller that tries again at once waits too, and the wait ends when it should.
 */
export function createPatience({ budgetMs, onRetry }: PatienceOptions): Patience {
  let closedUntil = 0

  const untilOpen = async (signal: AbortSignal, waits: Waits): Promise<void> => {
    const waitMs = closedUntil - performance.now()
    if (waitMs <= 0) return
    const wait = { reason: 'The provider asked to wait.', until: dateIn(waitMs) }
    await waits.during(wait, () => pause(Math.min(waitMs, budgetMs), signal))
    if (waitMs <= budgetMs) return
    const seconds = Math.ceil((waitMs - budgetMs) / 1000)
    throw new ProviderError('busy', `The provider asked to wait another ${seconds} s.`)
  }

  return async (attempt, signal, waits) => {
    const startedAt = performance.now()
    await untilOpen(signal, waits)
    return await pRetry(attempt, {
      retries: Number.POSITIVE_INFINITY,
      minTimeout: 0,
      signal,
      shouldRetry: async ({ error, retriesConsumed }) => {
        if (!(error instanceof ProviderError) || error.failure !== 'busy' || signal.aborted) {
          return false
        }
        const askedMs = error.retryAfterMs
        if (askedMs > 0) closedUntil = Math.max(closedUntil, performance.now() + askedMs)
        const longest = Math.min(longestPauseMs, firstPauseMs * 2 ** retriesConsumed)
        const delayMs = askedMs + Math.random() * longest
        if (performance.now() - startedAt + delayMs > budgetMs) return false
        onRetry(error, delayMs)
        const wait = { reason: error.message, until: dateIn(delayMs) }
        await waits.during(wait, () => pause(delayMs, signal))
        return true
      },
    })
  }
}

function dateIn(milliseconds: number): Date {
  return new Date(Date.now() + milliseconds)
}
