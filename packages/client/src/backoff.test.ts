import { expect, it } from 'vitest'
import { backoffDelay } from './backoff.ts'

const backoff = { minMs: 100, maxMs: 1_000 }
const longest = (failures: number): number => backoffDelay(backoff, failures, 1)

it('doubles the longest wait with every failure, up to the bound', () => {
  expect([0, 1, 2, 3, 4, 5, 2_000].map(longest)).toEqual([100, 200, 400, 800, 1000, 1000, 1000])
})

it('waits any time up to the longest', () => {
  expect([0, 0.25, 0.5].map((random) => backoffDelay(backoff, 1, random))).toEqual([0, 50, 100])
  const drawn = new Set(Array.from({ length: 50 }, () => backoffDelay(backoff, 3)))
  expect(drawn.size).toBeGreaterThan(40)
  expect(Math.max(...drawn)).toBeLessThanOrEqual(800)
})
