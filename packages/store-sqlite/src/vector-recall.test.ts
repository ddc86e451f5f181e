import { join } from 'node:path'
import type { VectorRow } from '@cairn/core'
import { expect, test } from 'vitest'
import { openStore, temporaryFolder } from './store-samples.test-support.ts'

const dimensions = 96
const count = 6_000

/** A generator of numbers from 0 to 1 (mulberry32), so that every run sees the same vectors. */
function numbersFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** As embeddings are: in clusters, a few dimensions saying most, many of them zero. */
function makeVectors(): Float32Array[] {
  const random = numbersFrom(1)
  const centres = Array.from({ length: 60 }, () =>
    Array.from({ length: dimensions }, (_, index) => (random() - 0.5) / Math.sqrt(1 + index)),
  )
  return Array.from({ length: count }, (_, row) => {
    const centre = centres[row % centres.length] ?? []
    const vector = Float32Array.from(centre, (value, index) =>
      random() < 0.2 ? 0 : value + ((random() - 0.5) * 0.5) / Math.sqrt(1 + index),
    )
    const length = Math.hypot(...vector)
    return vector.map((value) => value / length)
  })
}

function nearestOf(vectors: readonly Float32Array[], query: Float32Array, limit: number): string[] {
  return vectors
    .map((vector, row) => ({
      id: `v${row}:0`,
      dot: vector.reduce((sum, value, index) => sum + value * (query[index] ?? 0), 0),
    }))
    .sort((left, right) => right.dot - left.dot)
    .slice(0, limit)
    .map(({ id }) => id)
}

test('of the ten nearest of thousands at least 98 in 100 are found, with their exact distances', async () => {
  const { vectors: store } = openStore({ path: join(await temporaryFolder(), 'index.db') })
  const space = { fingerprint: 'recall', dimensions }
  const vectors = makeVectors()
  const rows = vectors.map(
    (vector, row): VectorRow => ({
      id: `v${row}:0`,
      vector,
      repository: 'r',
      version: `v${row}`,
      path: `${row}`,
      language: 'text',
      symbolKind: null,
    }),
  )
  for (let start = 0; start < count; start += store.maxBatch) {
    await store.upsert(space, rows.slice(start, start + store.maxBatch))
  }
  let found = 0
  const queries = 40
  for (let query = 0; query < queries; query += 1) {
    const vector = vectors[query * 149] ?? new Float32Array(dimensions)
    const hits = await store.query(space, vector, { limit: 10 })
    const nearest = new Set(nearestOf(vectors, vector, 10))
    found += hits.filter(({ id }) => nearest.has(id)).length
    expect(hits[0]).toMatchObject({ id: `v${query * 149}:0` })
    expect(hits[0]?.distance).toBeCloseTo(0, 5)
  }
  expect(found / (queries * 10)).toBeGreaterThanOrEqual(0.98)
})
