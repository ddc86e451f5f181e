import { type Backoff, backoffDelay } from './backoff.ts'

/** When a connection that was lost is tried again. */
export interface Retries {
  /** A connection stands. */
  proven(): void
  /** Milliseconds from the end of a connection, or of an attempt at one, to the next attempt. */
  delayMs(leastMs: number): number
}

/** Attempts that come later and later, until one has led to a connection that lasted. */
export function createRetries(backoff: Backoff): Retries {
  let failures = 0
  let provenAt: number | null = null
  return {
    proven() {
      provenAt = performance.now()
    },
    delayMs(leastMs) {
      // A connection that breaks as soon as it stands is not one to come back to at once.
      const livedMs = provenAt === null ? 0 : performance.now() - provenAt
      if (livedMs > backoffDelay(backoff, failures, 1)) failures = 0
      provenAt = null
      const delayMs = Math.max(leastMs, backoffDelay(backoff, failures))
      failures += 1
      return delayMs
    },
  }
}
