import fc from 'fast-check'
import { expect, test } from 'vitest'
import { mostTokens, requestBatches } from './request-batches.ts'
import { byteLength, cutToBytes } from './text-size.ts'

const texts = fc.array(fc.string({ unit: 'binary', maxLength: 60 }))
const size = fc.record({
  maxBatch: fc.integer({ min: 1, max: 8 }),
  maxBatchTokens: fc.integer({ min: 1, max: 200 }),
})

test('requests hold every text once, in order, and no more than their size', () => {
  fc.assert(
    fc.property(texts, size, (all, limits) => {
      const items = all.map((text) => ({ text }))
      const batches = requestBatches(items, limits)
      expect(batches.flat()).toEqual(items)
      for (const batch of batches) {
        const tokens = batch.reduce((sum, { text }) => sum + mostTokens(text), 0)
        expect(batch.length).toBeGreaterThan(0)
        expect(batch.length).toBeLessThanOrEqual(limits.maxBatch)
        expect(batch.length === 1 || tokens <= limits.maxBatchTokens).toBe(true)
      }
    }),
  )
})

test('a request is as full as it may be', () => {
  fc.assert(
    fc.property(texts, size, (all, limits) => {
      const batches = requestBatches(
        all.map((text) => ({ text })),
        limits,
      )
      for (const [index, batch] of batches.slice(0, -1).entries()) {
        const [next] = batches[index + 1] ?? []
        const together = [...batch, ...(next ? [next] : [])]
        const tokens = together.reduce((sum, { text }) => sum + mostTokens(text), 0)
        expect(together.length > limits.maxBatch || tokens > limits.maxBatchTokens).toBe(true)
      }
    }),
  )
})

test('a text is cut between characters, as late as its size allows', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 60 })
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 100 }), (whole, maxBytes) => {
      const cut = cutToBytes(whole, maxBytes)
      expect(whole.startsWith(cut)).toBe(true)
      expect(byteLength(cut)).toBeLessThanOrEqual(maxBytes)
      const [next] = whole.slice(cut.length)
      if (next !== undefined) expect(byteLength(cut) + 4).toBeGreaterThan(maxBytes)
      expect(cut).not.toMatch(/\p{Surrogate}/u)
    }),
  )
})
