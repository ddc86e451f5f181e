import { fuseScores, type ScoredList } from '@cairn/core/fuse-scores'

// As many as each half of a search for 10 hits gives.
const candidates = 100

/** How well right answers were found, over all queries. */
export interface Quality {
  /** Mean of 1 / rank of the right answer, 0 beyond rank 10. */
  readonly meanReciprocalRank: number
  /** Share of the queries whose right answer is among the first 10. */
  readonly recall: number
}

/** One half of a hybrid search: the scores of all texts for a query, and how much they count. */
export interface ScoredHalf extends Pick<ScoredList, 'scale' | 'weight'> {
  score(query: number): Float64Array
}

/** The quality over `count` queries, where text `n` is the right answer to query `n`. */
export function measureQuality(count: number, halves: readonly ScoredHalf[]): Quality {
  let reciprocalRanks = 0
  let found = 0
  for (let query = 0; query < count; query++) {
    const lists = halves.map(({ scale, weight, score }) => {
      return { scale, weight, found: best(score(query), scale) }
    })
    const first = fuseScores(lists).slice(0, 10)
    const rank = first.findIndex(({ id }) => id === idOf(query)) + 1
    if (rank === 0) continue
    found++
    reciprocalRanks += 1 / rank
  }
  return { meanReciprocalRank: reciprocalRanks / count, recall: found / count }
}

function best(scores: Float64Array, scale: ScoredList['scale']): ScoredList['found'] {
  return Array.from(scores, (score, text) => ({ id: idOf(text), score }))
    .filter(({ score }) => scale === 'fromFiftieth' || score > 0)
    .sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1))
    .slice(0, candidates)
}

// All of one length, so that their order is that of the texts.
const idOf = (text: number): string => String(text).padStart(6, '0')

/** Scores by cosine over the dimensions `[start, end)` of unit vectors. */
export function cosineScorer(
  queries: readonly Float32Array[],
  texts: readonly Float32Array[],
  start: number,
  end: number,
): (query: number) => Float64Array {
  const cut = (vector: Float32Array): Float64Array => {
    const part = Float64Array.from(vector.subarray(start, end))
    const length = Math.sqrt(part.reduce((sum, value) => sum + value * value, 0))
    return part.map((value) => (length === 0 ? 0 : value / length))
  }
  const textParts = texts.map(cut)
  return (query) => {
    const part = cut(queries[query] ?? new Float32Array(end))
    return Float64Array.from(textParts, (text) => {
      let product = 0
      for (let index = 0; index < part.length; index++) {
        product += (part[index] ?? 0) * (text[index] ?? 0)
      }
      return product
    })
  }
}
