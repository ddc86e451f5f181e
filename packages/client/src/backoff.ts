/** How long to wait before another attempt. */
export interface Backoff {
  /** Milliseconds: the longest wait before the second attempt. It doubles with each. */
  readonly minMs: number
  /** Milliseconds: the longest wait of all. */
  readonly maxMs: number
}

/**
 * Milliseconds before the next attempt: anywhere up to a bound that doubles ("full jitter" of
 * "Exponential Backoff and Jitter", Amazon 2015), so that the clients of a server that went away do not come
 * back all at once.
 *
 * @param failures attempts that failed since the last that did not, from 0
 * @param random from 0 to 1
 */
export function backoffDelay(
  { minMs, maxMs }: Backoff,
  failures: number,
  random: number = Math.random(),
): number {
  return random * Math.min(maxMs, minMs * 2 ** failures)
}
