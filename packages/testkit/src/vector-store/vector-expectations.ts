import assert from 'node:assert/strict'
import type { ChunkFilter, VectorHit, VectorRow, VectorSpace, VectorStore } from '@cairn/core'
import { cosineDistance } from '../vectors.ts'
import { passes } from './vector-rows.ts'

/** How far a distance may be from the one computed in double precision: float32 arithmetic. */
const distanceTolerance = 1e-4

/**
 * Holds that hits are the nearest of `rows` that pass the filter: right distances, nearest first,
 * none left out that is nearer than the last. Rows whose distances differ by less than float32 can
 * tell may stand in either order.
 */
export async function findsNearest(
  store: VectorStore,
  space: VectorSpace,
  query: { readonly vector: Float32Array; readonly limit: number; readonly filter?: ChunkFilter },
  rows: readonly VectorRow[],
): Promise<VectorHit[]> {
  const { vector, ...options } = query
  const hits = await store.query(space, vector, options)
  const distances = new Map(
    rows
      .filter((row) => passes(row, query.filter ?? {}))
      .map((row) => [row.id, cosineDistance(row.vector, vector)]),
  )
  const ideal = [...distances.values()].sort((left, right) => left - right).slice(0, query.limit)
  assert.equal(hits.length, ideal.length, 'number of hits')
  assert.equal(new Set(hits.map((hit) => hit.id)).size, hits.length, 'a hit came twice')
  for (const [index, hit] of hits.entries()) {
    const computed = distances.get(hit.id)
    assert.ok(computed !== undefined, `${hit.id} is no row that passes the filter`)
    assert.ok(
      Math.abs(hit.distance - computed) <= distanceTolerance,
      `${hit.id} has distance ${hit.distance}, computed ${computed}`,
    )
    assert.ok(
      Math.abs(computed - (ideal[index] ?? Number.NaN)) <= distanceTolerance,
      `hit ${index} is ${hit.id} at ${computed} where one at ${ideal[index]} should be`,
    )
  }
  return hits
}
