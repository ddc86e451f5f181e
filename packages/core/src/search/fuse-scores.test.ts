import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fuseScores, type ScoredList } from './fuse-scores.ts'

type Found = ScoredList['found']

const found = (scores: Readonly<Record<string, number>>): Found =>
  Object.entries(scores).map(([id, score]) => ({ id, score }))
const lexical = (scores: Found, weight = 1): ScoredList => {
  return { found: scores, scale: 'fromZero', weight }
}
const dense = (scores: Found, weight = 1): ScoredList => {
  return { found: scores, scale: 'fromFiftieth', weight }
}
const idsOf = (lists: readonly ScoredList[]): string[] => fuseScores(lists).map(({ id }) => id)

test('a score is the mean by weight of what the lists give, each with 1 for its best', () => {
  const fused = fuseScores([
    lexical(found({ a: 8, b: 6, c: 2 }), 1),
    dense(found({ b: 0.9, a: 0.8, d: 0.5 }), 3),
  ])
  expect(fused.map(({ id }) => id)).toEqual(['b', 'a', 'c', 'd'])
  const scores = [(0.75 + 3) / 4, (1 + 3 * 0.75) / 4, 0.25 / 4, 0]
  for (const [index, { score }] of fused.entries()) expect(score).toBeCloseTo(scores[index] ?? -1)
})

test('how far ahead a hit is counts, not only its rank', () => {
  const words = lexical(found({ b: 10, a: 9 }))
  expect(idsOf([words, dense(found({ a: 0.9, b: 0.8, c: 0.4 }))])[0]).toBe('a')
  expect(idsOf([words, dense(found({ a: 0.9, b: 0.899, c: 0.4 }))])[0]).toBe('b')
})

test('cosines of a narrow range count as much as those of a wide one', () => {
  const words = lexical(found({ c: 5, a: 4 }))
  const wide = found({ a: 0.9, b: 0.5, c: 0.1 })
  const narrow = wide.map(({ id, score }) => ({ id, score: 0.7 + score / 100 }))
  const scores = (list: Found): number[] => fuseScores([words, dense(list)]).map((one) => one.score)
  for (const [index, score] of scores(narrow).entries()) {
    expect(score).toBeCloseTo(scores(wide)[index] ?? -1)
  }
})

test('scores do not depend on how many candidates are asked for', () => {
  const many = Array.from({ length: 400 }, (_, index) => {
    return { id: `chunk ${index}`, score: 0.9 - index / 1000 }
  })
  const words = lexical(found({ 'chunk 3': 4, 'chunk 70': 9 }))
  const best = (count: number): unknown =>
    fuseScores([words, dense(many.slice(0, count))]).slice(0, 20)
  expect(best(400)).toEqual(best(100))
})

test('one list alone keeps its order, and every id comes out once', () => {
  const list = fc
    .uniqueArray(fc.tuple(fc.string(), fc.double({ min: 0, max: 2, noNaN: true })), {
      selector: ([id]) => id,
    })
    .map((pairs) =>
      pairs
        .map(([id, score]) => ({ id, score }))
        .sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1)),
    )
  fc.assert(
    fc.property(list, list, (one, other) => {
      const fused = fuseScores([lexical(one), dense(other, 0.5)])
      const both = new Set([...one, ...other].map(({ id }) => id))
      expect(new Set(fused.map(({ id }) => id))).toEqual(both)
      expect(fused).toHaveLength(both.size)
      for (const { score } of fused) expect(Number.isFinite(score)).toBe(true)
      for (const alone of [lexical(one), dense(one)]) {
        const ordered = fuseScores([alone])
        expect(new Set(ordered.map(({ id }) => id))).toEqual(new Set(one.map(({ id }) => id)))
        const scores = ordered.map(({ id }) => one.find((each) => each.id === id)?.score ?? -1)
        // Scores that differ by less than a scaled one can hold may change places.
        for (const [index, score] of scores.slice(1).entries()) {
          expect(score).toBeLessThanOrEqual((scores[index] ?? 0) + 1e-12)
        }
      }
    }),
  )
})
