import { type Embedder, EmbedderError, InvalidOptionsError } from '@cairn/core'
import { createEmbeddingPool, type EmbeddingPool } from './embedding-pool.ts'
import { algorithmVersion, createEncoder, dimensions, type Encoder, maxWords } from './encoder.ts'
import { loadTable } from './load-table.ts'
import { maxTextUnits } from './scan-words.ts'
import type { Table } from './table.ts'
import { tableDigest } from './table-digest.ts'

/** Options of {@link staticEmbedder}. */
export interface StaticEmbedderOptions {
  /**
   * Worker threads that embed documents; each needs some 20 MB. The vectors do not depend on it.
   * @default 1: it embeds some 20,000 chunks a second, more than any store takes
   */
  readonly threads?: number
}

// Words the thread of the caller remembers; queries are short.
const cachedQueryWords = 2048

/**
 * The default embedder: hashed subwords of split identifiers joined with token vectors distilled
 * from all-MiniLM-L6-v2. No download, no native code, the same vector for the same text on every
 * machine. It carries less meaning than a neural model: the package's README has the figures.
 *
 * Workers start with the first document, end when idle, and do not keep the process alive.
 * @throws InvalidOptionsError when `threads` is not a positive whole number.
 */
export function staticEmbedder(options: StaticEmbedderOptions = {}): Embedder {
  const threads = options.threads ?? 1
  if (!Number.isInteger(threads) || threads < 1) {
    throw new InvalidOptionsError(`threads must be a positive whole number, not ${threads}.`)
  }
  let isClosed = false
  let loading: Promise<Table> | undefined
  let pool: EmbeddingPool | undefined
  let queryEncoder: Encoder | undefined

  const throwIfClosed = (): void => {
    if (isClosed) throw new EmbedderError('CLOSED', 'The embedder is closed.')
  }

  const openedTable = async (): Promise<Table> => {
    throwIfClosed()
    loading ??= loadTable().catch((error: unknown) => {
      loading = undefined
      throw error
    })
    const table = await loading
    throwIfClosed()
    return table
  }

  return {
    id: `static-${dimensions}`,
    fingerprint: `static-${dimensions}-v${algorithmVersion}-${tableDigest}`,
    dimensions,
    maxTokens: maxWords,
    givesVectorsAway: true,
    // Tuned on the tuning packages of packages/bench/src/retrieval-packages.ts.
    fusion: { dense: 0.4, lexical: 0.6 },
    async embedDocuments(texts, { signal } = {}) {
      signal?.throwIfAborted()
      const seen = texts.map(seenPart)
      const table = await openedTable()
      signal?.throwIfAborted()
      if (seen.length === 0) return []
      pool ??= createEmbeddingPool(table, threads)
      return await pool.embed(seen, signal)
    },
    async embedQuery(text, { signal } = {}) {
      signal?.throwIfAborted()
      const seen = seenPart(text)
      const table = await openedTable()
      signal?.throwIfAborted()
      queryEncoder ??= createEncoder(table, cachedQueryWords)
      const vector = new Float32Array(dimensions)
      queryEncoder.encode(seen, vector, 0)
      return vector
    },
    async close() {
      isClosed = true
      loading = undefined
      queryEncoder = undefined
      const closing = pool
      pool = undefined
      await closing?.close()
    },
  }
}

// What is beyond is not looked at, so it is not sent to a worker either.
function seenPart(text: unknown): string {
  if (typeof text !== 'string') {
    throw new InvalidOptionsError(`A text to embed must be a string, not ${typeof text}.`)
  }
  return text.length > maxTextUnits ? text.slice(0, maxTextUnits) : text
}
