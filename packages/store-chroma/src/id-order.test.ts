import fc from 'fast-check'
import { expect, test } from 'vitest'
import { idOrder, idOrderEnd } from './id-order.ts'

const chunkId = fc
  .tuple(fc.stringMatching(/^[0-9a-f]{32}$/), fc.nat({ max: 12 }))
  .map(([hash, ordinal]) => `v${hash}:${ordinal}`)
const nearlyChunkId = fc.stringMatching(/^[u-w][/-:@-G`-g\uffff]{0,15}$/)
const id = fc.oneof(chunkId, nearlyChunkId, fc.string({ unit: 'binary' }))

test('of two ids the lesser never has the greater number', () => {
  fc.assert(
    fc.property(id, id, (one, other) => {
      const [lesser, greater] = one < other ? [one, other] : [other, one]
      expect(idOrder(lesser)).toBeLessThanOrEqual(idOrder(greater))
    }),
    { numRuns: 5_000 },
  )
})

test('every number is exact and below the end', () => {
  fc.assert(
    fc.property(id, (one) => {
      const order = idOrder(one)
      expect(Number.isSafeInteger(order) && order >= 0 && order < idOrderEnd).toBe(true)
    }),
  )
})

test('chunk ids of different files have different numbers', () => {
  expect(idOrder('v0000000000001000:0')).not.toBe(idOrder('v0000000000002000:0'))
  expect(idOrder(`v${'f'.repeat(32)}:0`)).toBe(16 ** 13 - 1)
})
