/** What one half of a search found. */
export interface ScoredList {
  /** Best first, each id once; a higher score is better. */
  readonly found: readonly { readonly id: string; readonly score: number }[]
  /**
   * The score that counts as 0; the best counts as 1. A score that has a zero of its own, as BM25 has,
   * starts `fromZero`; cosines, of which a model uses a part only, start at the 50th best.
   */
  readonly scale: 'fromZero' | 'fromFiftieth'
  readonly weight: number
}

// Not the last of the list, so that scores do not depend on how many were asked for.
const scaleDepth = 50

/**
 * Convex combination of normalised scores: each list is scaled so that its best has 1, and the score of
 * an id is the mean of its scores by weight. What a list lacks is no better than the last that it has.
 * Best first, ties by id.
 *
 * @see Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", TOIS 2023
 */
export function fuseScores(lists: readonly ScoredList[]): { id: string; score: number }[] {
  const halves = lists.filter(({ found }) => found.length > 0).map(normalise)
  const weights = halves.reduce((sum, { weight }) => sum + weight, 0)
  const ids = new Set(halves.flatMap(({ scores }) => [...scores.keys()]))
  return [...ids]
    .map((id) => {
      const sum = halves.reduce(
        (total, { scores, lacking, weight }) => total + weight * (scores.get(id) ?? lacking),
        0,
      )
      return { id, score: weights === 0 ? 0 : sum / weights }
    })
    .sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1))
}

interface Half {
  readonly scores: ReadonlyMap<string, number>
  /** The scaled score of an id that the list does not have. */
  readonly lacking: number
  readonly weight: number
}

function normalise({ found, scale, weight }: ScoredList): Half {
  const best = found[0]?.score ?? 0
  const last = found[Math.min(scaleDepth, found.length) - 1]?.score ?? 0
  const zero = scale === 'fromZero' ? 0 : last
  const range = best - zero
  const scaled = (score: number): number => (range > 0 ? (score - zero) / range : 1)
  return {
    scores: new Map(found.map(({ id, score }) => [id, scaled(score)])),
    lacking: scale === 'fromZero' ? 0 : scaled(found.at(-1)?.score ?? 0),
    weight,
  }
}
