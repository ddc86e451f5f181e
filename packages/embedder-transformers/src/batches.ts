/** Longest first, indexes of the texts that go through the model together. */
export type Batch = readonly number[]

/**
 * Texts of about one length together, so that each batch, padded to its longest, has at most
 * `tokenBudget` tokens; a text longer than that is alone. A budget of null: every text alone.
 */
export function batchByLength(lengths: readonly number[], tokenBudget: number | null): Batch[] {
  if (tokenBudget === null) return lengths.map((_, index) => [index])
  const order = lengths
    .map((length, index) => ({ length, index }))
    .sort((a, b) => b.length - a.length || a.index - b.index)
  const batches: number[][] = []
  let longest = 0
  for (const { length, index } of order) {
    const batch = batches.at(-1)
    if (batch === undefined || (batch.length + 1) * longest > tokenBudget) {
      batches.push([index])
      longest = length
    } else batch.push(index)
  }
  return batches
}
