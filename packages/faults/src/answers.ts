import type { Indexer } from '@cairn/core'

/** What searches for each of the words give; the hits as text, in an order of their own. */
export async function answersTo(
  indexer: Indexer,
  queries: readonly string[],
): Promise<Record<string, string[]>> {
  const answers: Record<string, string[]> = {}
  for (const query of queries) {
    const found = await indexer.search(query, { mode: 'lexical', limit: 20 })
    const lines = found.hits.map((hit) => `${hit.path}:${hit.startLine} ${hit.text}`)
    answers[query] = lines.toSorted()
  }
  return answers
}
