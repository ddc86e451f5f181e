// As in core: ranks count from 1 with this damping, and each half gives its first 100.
const damping = 60
const candidates = 100

/** How well right answers were found, over all queries. */
export interface Quality {
  /** Mean of 1 / rank of the right answer, 0 beyond rank 10. */
  readonly meanReciprocalRank: number
  /** Share of the queries whose right answer is among the first 10. */
  readonly recall: number
}

/** One half of a hybrid search: the scores of all texts for a query, and how much they count. */
export interface RankedHalf {
  readonly weight: number
  /** Texts with a score of 0 are not found by this half. */
  score(query: number): Float64Array
}

/** The quality over `count` queries, where text `n` is the right answer to query `n`. */
export function measureQuality(count: number, halves: readonly RankedHalf[]): Quality {
  let reciprocalRanks = 0
  let found = 0
  for (let query = 0; query < count; query++) {
    const fused = new Float64Array(count)
    for (const { weight, score } of halves) {
      bestFirst(score(query)).forEach((text, index) => {
        fused[text] = (fused[text] ?? 0) + weight / (damping + index + 1)
      })
    }
    const rank = bestFirst(fused).slice(0, 10).indexOf(query) + 1
    if (rank === 0) continue
    found++
    reciprocalRanks += 1 / rank
  }
  return { meanReciprocalRank: reciprocalRanks / count, recall: found / count }
}

function bestFirst(scores: Float64Array): number[] {
  const score = (text: number): number => scores[text] ?? 0
  return Array.from(scores.keys())
    .filter((text) => score(text) !== 0)
    .sort((a, b) => score(b) - score(a) || a - b)
    .slice(0, candidates)
}

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
