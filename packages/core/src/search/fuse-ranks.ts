/** One ranked list of ids with its weight. */
export interface RankedList {
  /** Best first, each id once. */
  readonly ids: readonly string[]
  readonly weight: number
}

// The constant of the paper; it damps the difference between the first ranks.
const damping = 60

/**
 * Weighted reciprocal rank fusion: the score of an id is the sum over the lists of
 * `weight / (60 + rank)`, rank from 1. Best first, ties by id.
 *
 * @see Cormack, Clarke and Büttcher, "Reciprocal Rank Fusion Outperforms Condorcet and Individual
 * Rank Learning Methods", SIGIR 2009
 */
export function fuseRanks(lists: readonly RankedList[]): { id: string; score: number }[] {
  const scores = new Map<string, number>()
  for (const { ids, weight } of lists) {
    for (const [index, id] of ids.entries()) {
      scores.set(id, (scores.get(id) ?? 0) + weight / (damping + index + 1))
    }
  }
  return [...scores]
    .map(([id, score]) => ({ id, score }))
    .sort((one, other) => other.score - one.score || (one.id < other.id ? -1 : 1))
}
