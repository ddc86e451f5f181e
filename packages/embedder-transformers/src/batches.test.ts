import fc from 'fast-check'
import { expect, test } from 'vitest'
import { batchByLength } from './batches.ts'

test('puts every text into one batch, within the budget unless it is alone', () => {
  const lengths = fc.array(fc.integer({ min: 1, max: 600 }), { maxLength: 80 })
  fc.assert(
    fc.property(lengths, fc.integer({ min: 1, max: 4000 }), (lengths, budget) => {
      const batches = batchByLength(lengths, budget)
      expect(batches.flat().toSorted((a, b) => a - b)).toEqual(lengths.map((_, index) => index))
      for (const batch of batches) {
        const longest = Math.max(...batch.map((index) => lengths[index] ?? 0))
        expect(batch.length === 1 || longest * batch.length <= budget).toBe(true)
      }
    }),
  )
})

test('puts texts of about one length together', () => {
  expect(batchByLength([5, 100, 6, 90, 4], 200)).toEqual([
    [1, 3],
    [2, 0, 4],
  ])
})

test('leaves every text alone where there is no budget', () => {
  expect(batchByLength([5, 100, 6], null)).toEqual([[0], [1], [2]])
})
