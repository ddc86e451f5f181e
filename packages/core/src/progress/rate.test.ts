import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRate } from './rate.ts'

test('the rate is that of the window, not of the whole past', () => {
  const rate = createRate(10_000)
  for (let second = 0; second <= 60; second++) rate.record(second * 1000, second * 100)
  for (let second = 61; second <= 80; second++)
    rate.record(second * 1000, 6000 + (second - 60) * 10)
  expect(rate.perSecond(80_000)).toBeCloseTo(10, 0)
})

test('the rate falls while nothing is recorded', () => {
  const rate = createRate(10_000)
  rate.record(0, 0)
  rate.record(1_000, 100)
  expect(rate.perSecond(1_000)).toBe(100)
  expect(rate.perSecond(10_000)).toBe(10)
})

test('there is no rate before a second sample', () => {
  const rate = createRate()
  expect(rate.perSecond(5)).toBe(0)
  rate.record(0, 7)
  expect(rate.perSecond(1_000)).toBe(0)
})

test('of a steady count the rate is the step, and the spread encloses it', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 10_000 }),
      fc.integer({ min: 3, max: 200 }),
      (step, samples) => {
        const rate = createRate()
        for (let index = 0; index < samples; index++) rate.record(index * 1000, index * step)
        expect(rate.perSecond((samples - 1) * 1000)).toBeCloseTo(step, 6)
        const spread = rate.spread()
        expect(spread?.low).toBeLessThanOrEqual(step + 1e-6)
        expect(spread?.high).toBeGreaterThanOrEqual(step - 1e-6)
      },
    ),
  )
})
