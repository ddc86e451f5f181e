import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPatience } from './patience.ts'
import { ProviderError } from './provider-error.ts'
import { createWaits } from './waits.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const { signal } = new AbortController()
const silent = createWaits(undefined)
const busy = (retryAfterMs = 0): ProviderError =>
  new ProviderError('busy', 'The provider is busy.', { retryAfterMs })

/** Throws the errors in turn, then gives 'answer'; notes when it was called. */
function provider(errors: readonly Error[]): {
  readonly attempt: () => Promise<string>
  readonly attempts: number[]
} {
  const attempts: number[] = []
  return {
    attempts,
    attempt: async () => {
      attempts.push(Date.now())
      const error = errors[attempts.length - 1]
      if (error) throw error
      return 'answer'
    },
  }
}

test('pauses grow, with full jitter, and are told', async () => {
  const pauses: number[] = []
  const patience = createPatience({
    budgetMs: 600_000,
    onRetry: (_, delayMs) => pauses.push(delayMs),
  })
  const { attempt, attempts } = provider(Array.from({ length: 40 }, () => busy()))
  const call = patience(attempt, signal, silent)
  await vi.runAllTimersAsync()
  expect(await call).toBe('answer')
  expect(attempts).toHaveLength(41)
  expect(pauses).toHaveLength(40)
  for (const [index, pauseMs] of pauses.entries()) {
    expect(pauseMs).toBeGreaterThanOrEqual(0)
    expect(pauseMs).toBeLessThanOrEqual(Math.min(8000, 250 * 2 ** index))
  }
  // Jitter that is not full would never give a short pause so late.
  expect(Math.min(...pauses.slice(8))).toBeLessThan(4000)
  expect(Math.max(...pauses)).toBeGreaterThan(250)
})

test('waits as long as Retry-After asks for, and no call sends anything meanwhile', async () => {
  const patience = createPatience({ budgetMs: 100_000, onRetry: () => undefined })
  const startedAt = Date.now()
  const first = provider([busy(30_000)])
  const second = provider([])
  const call = patience(first.attempt, signal, silent)
  await vi.advanceTimersByTimeAsync(1000)
  const later = patience(second.attempt, signal, silent)
  await vi.advanceTimersByTimeAsync(28_000)
  expect([first.attempts.length, second.attempts.length]).toEqual([1, 0])
  await vi.advanceTimersByTimeAsync(2000)
  expect(await Promise.all([call, later])).toEqual(['answer', 'answer'])
  for (const at of [first.attempts[1] ?? 0, second.attempts[0] ?? 0]) {
    expect(at - startedAt).toBeGreaterThanOrEqual(30_000)
    expect(at - startedAt).toBeLessThanOrEqual(30_250)
  }
})

test('gives up with the provider’s error when the time budget is over', async () => {
  const patience = createPatience({ budgetMs: 10_000, onRetry: () => undefined })
  const { attempt, attempts } = provider(Array.from({ length: 1000 }, () => busy()))
  const startedAt = Date.now()
  const call = expect(patience(attempt, signal, silent)).rejects.toThrow('The provider is busy.')
  await vi.runAllTimersAsync()
  await call
  expect(Date.now() - startedAt).toBeLessThanOrEqual(10_000)
  expect(attempts.length).toBeGreaterThan(1)
})

test('a caller who tries again at once waits until the provider’s time has come', async () => {
  const patience = createPatience({ budgetMs: 20_000, onRetry: () => undefined })
  const { attempt, attempts } = provider([busy(50_000)])
  await expect(patience(attempt, signal, silent)).rejects.toThrow('The provider is busy.')
  for (const left of [30, 10]) {
    const again = expect(patience(attempt, signal, silent)).rejects.toThrow(
      `wait another ${left} s`,
    )
    await vi.advanceTimersByTimeAsync(20_000)
    await again
  }
  const last = patience(attempt, signal, silent)
  await vi.advanceTimersByTimeAsync(10_000)
  expect(await last).toBe('answer')
  expect(attempts).toHaveLength(2)
})

test.each(['rejected', 'too-long', 'refused', 'invalid'] as const)(
  'a request that is %s is not made again',
  async (failure) => {
    const patience = createPatience({ budgetMs: 10_000, onRetry: () => undefined })
    const { attempt, attempts } = provider([new ProviderError(failure, 'No.')])
    await expect(patience(attempt, signal, silent)).rejects.toThrow('No.')
    expect(attempts).toHaveLength(1)
  },
)

test('an abort ends a pause with the signal’s reason, and leaves no timer', async () => {
  const controller = new AbortController()
  const reason = new Error('enough')
  const patience = createPatience({ budgetMs: 100_000, onRetry: () => undefined })
  const { attempt } = provider([busy(50_000)])
  const call = expect(patience(attempt, controller.signal, silent)).rejects.toBe(reason)
  await vi.advanceTimersByTimeAsync(1000)
  controller.abort(reason)
  await call
  expect(vi.getTimerCount()).toBe(0)
})
