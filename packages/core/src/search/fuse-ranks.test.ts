import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuseRanks } from './fuse-ranks.ts'

test('an id that both lists have beats one that either has alone', () => {
  const fused = fuseRanks([
    { ids: ['a', 'b', 'c'], weight: 1 },
    { ids: ['d', 'b', 'e'], weight: 1 },
  ])
  expect(fused[0]?.id).toBe('b')
  expect(fused.map(({ id }) => id)).toEqual(['b', 'a', 'd', 'c', 'e'])
})

test('the heavier list decides between two firsts', () => {
  const fused = fuseRanks([
    { ids: ['x'], weight: 1 },
    { ids: ['y'], weight: 2 },
  ])
  expect(fused.map(({ id }) => id)).toEqual(['y', 'x'])
})

test('one list alone keeps its order, and every id comes out once', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string()), fc.uniqueArray(fc.string()), (ids, others) => {
      expect(fuseRanks([{ ids, weight: 1 }]).map(({ id }) => id)).toEqual(ids)
      const fused = fuseRanks([
        { ids, weight: 1 },
        { ids: others, weight: 0.5 },
      ])
      expect(new Set(fused.map(({ id }) => id))).toEqual(new Set([...ids, ...others]))
      expect(fused).toHaveLength(new Set([...ids, ...others]).size)
    }),
  )
})
