import type { VectorHit } from '@cairn/core'
import type { Collection, Where } from 'chromadb'

// Rows at the same distance as the last one are looked for among so many more.
const tied = 8

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
    hits.sort((one, other) => one.distance - other.distance || (one.id < other.id ? -1 : 1))
    const isWhole = hits.length < asked
    const farthest = hits.at(-1)?.distance ?? 0
    if (isWhole || farthest > (hits[limit - 1]?.distance ?? 0)) return hits.slice(0, limit)
  }
}
