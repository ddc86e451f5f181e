import type { Database } from './database.ts'

/** Chunks that may be scored for one search: about 25 ms of BM25. */
const scoredChunks = 25_000
/** Words that always take part, however frequent. */
const leastWords = 2

/**
 * The words of a query that are worth looking for, rarest first. Scoring costs as much as chunks
 * have the words, and what stands in most chunks hardly weighs in BM25, so in a large store the most
 * frequent words of a long query are left out.
 */
export function queryWords(database: Database, terms: readonly string[]): string[] {
  database.exec(
    "create virtual table if not exists temp.word_counts using fts5vocab('main', 'chunk_words', 'row')",
  )
  const count = database.prepare<{ doc: number }>('select doc from temp.word_counts where term = ?')
  const counted = [...new Set(terms.map(foldAscii))]
    .map((word) => ({ word, chunks: word === '' ? 0 : (count.get(word)?.doc ?? 0) }))
    .filter(({ chunks }) => chunks > 0)
    .sort((a, b) => a.chunks - b.chunks)
  let scored = 0
  return counted
    .filter(({ chunks }, rank) => {
      scored += chunks
      return rank < leastWords || scored <= scoredChunks
    })
    .map(({ word }) => word)
}

/** As the tokenizer stores words: ASCII in lower case, everything else as it is. */
function foldAscii(term: string): string {
  return term.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}
