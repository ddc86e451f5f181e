import type { VectorHit } from '@cairn/core'
import type { Collection, Where } from 'chromadb'

// Rows at the same distance as the last one are looked for among so many more.
const tied = 8
// So many rows that pass a filter are compared one by one where too few of them were found.
const comparable = 500

/** The `limit` nearest rows, nearest first, ties by id: Chroma gives ties in any order. */
export async function nearestRows(
  records: Collection,
  vector: Float32Array,
  limit: number,
  where: Where | undefined,
): Promise<VectorHit[]> {
  for (let asked = limit + tied; ; asked *= 4) {
    const result = await records.query({
      queryEmbeddings: [Array.from(vector)],
      nResults: asked,
      include: ['distances'],
      ...(where === undefined ? {} : { where }),
    })
    const distances = result.distances[0] ?? []
    const hits = (result.ids[0] ?? []).map((id, index) => ({
      id,
      distance: Math.min(2, Math.max(0, distances[index] ?? 0)),
    }))
    const isWhole = hits.length < asked
    if (isWhole) hits.push(...(await unreachedRows(records, vector, where, hits)))
    hits.sort((one, other) => one.distance - other.distance || (one.id < other.id ? -1 : 1))
    const farthest = hits.at(-1)?.distance ?? 0
    if (isWhole || farthest > (hits[limit - 1]?.distance ?? 0)) return hits.slice(0, limit)
  }
}

/**
 * Rows that pass a filter and that a query did not find. Chroma's graph of neighbours does not lead to
 * every row: among many that are alike, no other keeps a link to the few that differ. Asked for those
 * alone, it answers with fewer than there are, or with none.
 */
async function unreachedRows(
  records: Collection,
  vector: Float32Array,
  where: Where | undefined,
  reached: readonly VectorHit[],
): Promise<VectorHit[]> {
  const { ids } = await records.get({
    limit: comparable,
    include: [],
    ...(where === undefined ? {} : { where }),
  })
  const found = new Set(reached.map(({ id }) => id))
  const missed = ids.filter((id) => !found.has(id))
  if (missed.length === 0) return []
  const rows = await records.get({ ids: missed, include: ['embeddings'] })
  return rows.ids.flatMap((id, index) => {
    const stored = rows.embeddings[index]
    return stored ? [{ id, distance: cosineDistance(vector, stored) }] : []
  })
}

function cosineDistance(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let [dot, leftSquares, rightSquares] = [0, 0, 0]
  for (let index = 0; index < left.length; index++) {
    const [one, other] = [left[index] ?? 0, right[index] ?? 0]
    dot += one * other
    leftSquares += one * one
    rightSquares += other * other
  }
  const lengths = Math.sqrt(leftSquares * rightSquares)
  return lengths === 0 ? 1 : Math.min(2, Math.max(0, 1 - dot / lengths))
}
