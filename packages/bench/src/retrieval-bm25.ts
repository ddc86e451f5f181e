import { splitTerms } from '@cairn/core'

// As SQLite's FTS5 has them: https://sqlite.org/fts5.html#the_bm25_function
const k1 = 1.2
const b = 0.75
const leastInverseFrequency = 1e-6

/** Scores every text for a query by Okapi BM25; 0 for a text that has none of its words. */
export type LexicalScorer = (query: string) => Float64Array

/** BM25 over the split identifiers of the texts, in memory, with the formula of SQLite's FTS5. */
export function createLexicalScorer(texts: readonly string[]): LexicalScorer {
  const postings = new Map<string, Map<number, number>>()
  const lengths = texts.map((text, document) => {
    const words = wordsOf(text)
    for (const word of words) {
      let counts = postings.get(word)
      if (counts === undefined) {
        counts = new Map()
        postings.set(word, counts)
      }
      counts.set(document, (counts.get(document) ?? 0) + 1)
    }
    return words.length
  })
  const averageLength = lengths.reduce((sum, length) => sum + length, 0) / texts.length

  return (query) => {
    const scores = new Float64Array(texts.length)
    for (const word of new Set(wordsOf(query))) {
      const counts = postings.get(word)
      if (counts === undefined) continue
      const ratio = (texts.length - counts.size + 0.5) / (counts.size + 0.5)
      const inverseFrequency = Math.max(leastInverseFrequency, Math.log(ratio))
      for (const [document, count] of counts) {
        const norm = k1 * (1 - b + (b * (lengths[document] ?? 0)) / averageLength)
        const score = (inverseFrequency * count * (k1 + 1)) / (count + norm)
        scores[document] = (scores[document] ?? 0) + score
      }
    }
    return scores
  }
}

function wordsOf(text: string): string[] {
  return splitTerms(text)
    .split(' ')
    .filter((word) => word !== '')
}
