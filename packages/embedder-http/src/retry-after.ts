const longestWaitMs = 24 * 60 * 60 * 1000

/**
 * Milliseconds that a `Retry-After` header asks to wait: seconds or an HTTP date (RFC 9110, 10.2.3),
 * at most a day; 0 where it is missing, past or malformed.
 */
export function retryAfterMs(header: string | null | undefined, now: number = Date.now()): number {
  const value = header?.trim() ?? ''
  if (/^\d+(\.\d+)?$/.test(value)) return Math.min(Number(value) * 1000, longestWaitMs)
  // Every form of an HTTP date begins with the name of a day.
  if (!/^[A-Za-z]/.test(value)) return 0
  const at = Date.parse(value)
  return Number.isNaN(at) ? 0 : Math.min(Math.max(0, at - now), longestWaitMs)
}
