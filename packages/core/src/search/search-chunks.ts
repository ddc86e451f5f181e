import { type SearchHit, symbolKindSchema } from '@cairn/protocol'
import { z } from 'zod'
import { inOneLine } from '../check-options.ts'
import type { Embedder } from '../contracts/embedder.ts'
import type { LedgerSummary, StoredChunk } from '../contracts/journal.ts'
import type { Storage } from '../contracts/storage.ts'
import type { ChunkFilter } from '../contracts/vector-store.ts'
import { embedQuery } from '../embedding/embed-query.ts'
import { CancelledError, InvalidOptionsError, NotFoundError } from '../errors.ts'
import type { SearchOptions, SearchResult } from '../options.ts'
import { splitTerms } from '../parsing/terms.ts'
import { compileGlob } from '../source/path-filter.ts'
import { ledgerFiles } from '../stores/read-ledger.ts'
import { findNeighbours } from './find-neighbours.ts'
import { fuseScores } from './fuse-scores.ts'

const oneOrMore = z.union([z.string().min(1), z.array(z.string().min(1))])

const optionsSchema = z.strictObject({
  repository: oneOrMore.optional(),
  language: oneOrMore.optional(),
  path: z.string().min(1).optional(),
  symbolKind: z.union([symbolKindSchema, z.array(symbolKindSchema)]).optional(),
  limit: z.int().min(1).max(100).default(10),
  mode: z.enum(['hybrid', 'lexical', 'dense']).default('hybrid'),
  neighbours: z.boolean().default(false),
  signal: z.instanceof(AbortSignal).optional(),
})

type Checked = z.infer<typeof optionsSchema>

const longestQuery = 10_000
// Each half gives this many candidates for each hit asked: deep enough for the fusion to matter.
const candidatesPerHit = 10
const fewestCandidates = 50
const mostCandidates = 2_000
// A chunk that shows no definition, such as a run of imports, holds many of a query's words in few
// lines and says little: it must be clearly better to come before the definition itself. About what the
// first hit is ahead of the third.
const undefinedPenalty = 0.3
// For an embedder that does not say. Of those that were measured, none is worse with it than by meaning
// alone, whether 0.4 or 0.8 of meaning is best for it.
const usualFusion = { dense: 2, lexical: 1 }
// So many candidates for each hit are weighed.
const weighedPerHit = 3
// Above this many, a glob is checked on the candidates instead of in the stores.
const mostFilterVersions = 2_000

/** What {@link searchChunks} asks. */
export interface SearchContext {
  readonly storage: Storage
  readonly embedder: Embedder
  /** Milliseconds that the embedder may take for the query. */
  readonly embedTimeoutMs: number
}

/**
 * Hybrid search: BM25 over split identifiers and dense neighbours, whose scores are combined with the
 * embedder's weights. A candidate that the ledger does not have is dropped.
 * @throws InvalidOptionsError, NotFoundError, EmbedderError
 * @throws CancelledError when the signal is aborted.
 */
export async function searchChunks(
  context: SearchContext,
  query: string,
  options: SearchOptions,
): Promise<SearchResult> {
  const checked = checkSearch(query, options)
  try {
    checked.signal?.throwIfAborted()
    return await search(context, query, checked)
  } catch (error) {
    if (!checked.signal?.aborted) throw error
    throw new CancelledError('The search was cancelled.', { cause: checked.signal.reason })
  }
}

async function search(
  { storage, embedder, embedTimeoutMs }: SearchContext,
  query: string,
  checked: Checked,
): Promise<SearchResult> {
  const matchesPath = checked.path === undefined ? null : compileGlob(checked.path, 'path')
  const repositories = await searchedRepositories(storage, checked)
  if (repositories.length === 0) return { hits: [], freshness: [] }
  const filter = await chunkFilter(storage, checked, repositories, matchesPath)
  const signal = checked.signal ? { signal: checked.signal } : {}

  const terms = checked.mode === 'dense' ? [] : queryTerms(query)
  const vector =
    checked.mode === 'lexical'
      ? null
      : await embedQuery(embedder, query, { timeoutMs: embedTimeoutMs, ...signal })
  const space = { fingerprint: embedder.fingerprint, dimensions: embedder.dimensions }
  const weights = embedder.fusion ?? usualFusion

  let limit = Math.max(fewestCandidates, checked.limit * candidatesPerHit)
  for (;;) {
    const [lexical, dense] = await Promise.all([
      terms.length === 0 ? [] : storage.journal.text.search(terms, { limit, filter, ...signal }),
      vector ? storage.vectors.query(space, vector, { limit, filter, ...signal }) : [],
    ])
    const ranked = fuseScores([
      { found: lexical, scale: 'fromZero', weight: weights.lexical },
      {
        found: dense.map(({ id, distance }) => ({ id, score: 1 - distance })),
        scale: 'fromFiftieth',
        weight: weights.dense,
      },
    ])
    const found = await liveHits(storage, ranked, checked.limit, matchesPath)
    const isExhausted = lexical.length < limit && dense.length < limit
    if (found.length === checked.limit || isExhausted || limit >= mostCandidates) {
      const hits = await Promise.all(
        found.map(({ chunk, score }) => searchHit(storage, chunk, score, checked)),
      )
      return { hits, freshness: repositories.map(freshnessOf) }
    }
    limit = Math.min(mostCandidates, limit * 4)
  }
}

type PathMatcher = (path: string) => boolean

function checkSearch(query: string, options: SearchOptions): Checked {
  if (typeof query !== 'string' || query.trim() === '') {
    throw new InvalidOptionsError('A search needs a query that is not empty.')
  }
  if (query.length > longestQuery) {
    throw new InvalidOptionsError(
      `A query may have ${longestQuery} characters; this one has ${query.length}.`,
    )
  }
  const parsed = optionsSchema.safeParse(options)
  if (parsed.success) return parsed.data
  throw new InvalidOptionsError(`Search options: ${inOneLine(parsed.error)}`, {
    cause: parsed.error,
  })
}

async function searchedRepositories(
  storage: Storage,
  { repository }: Checked,
): Promise<readonly LedgerSummary[]> {
  const all = await storage.journal.ledger.repositories()
  if (repository === undefined) return all
  return listOf(repository).map((name) => {
    const found = all.find((candidate) => candidate.name === name)
    if (found) return found
    throw new NotFoundError('REPOSITORY_NOT_FOUND', `No repository "${name}" is indexed.`)
  })
}

async function chunkFilter(
  storage: Storage,
  { repository, language, symbolKind }: Checked,
  repositories: readonly LedgerSummary[],
  matchesPath: PathMatcher | null,
): Promise<ChunkFilter> {
  const filter: ChunkFilter = {
    ...(repository === undefined ? {} : { repositories: listOf(repository) }),
    ...(language === undefined ? {} : { languages: listOf(language) }),
    ...(symbolKind === undefined ? {} : { symbolKinds: listOf(symbolKind) }),
  }
  if (!matchesPath) return filter
  const versions: string[] = []
  for (const { name } of repositories) {
    for await (const file of ledgerFiles(storage.journal.ledger, name)) {
      if (matchesPath(file.path)) versions.push(file.version)
    }
  }
  return versions.length <= mostFilterVersions ? { ...filter, versions } : filter
}

/** The best live candidates, most of them definitions. */
async function liveHits(
  storage: Storage,
  ranked: readonly { id: string; score: number }[],
  limit: number,
  matchesPath: PathMatcher | null,
): Promise<{ chunk: StoredChunk; score: number }[]> {
  const found: { chunk: StoredChunk; score: number }[] = []
  const wanted = limit * weighedPerHit
  for (let start = 0; start < ranked.length && found.length < wanted; start += wanted) {
    const page = ranked.slice(start, start + wanted)
    const chunks = await storage.journal.text.chunks(page.map(({ id }) => id))
    for (const [index, chunk] of chunks.entries()) {
      if (!chunk || (matchesPath && !matchesPath(chunk.path))) continue
      const score = page[index]?.score ?? 0
      found.push({ chunk, score: chunk.symbolPath === null ? score - undefinedPenalty : score })
    }
  }
  return found.sort((one, other) => other.score - one.score).slice(0, limit)
}

async function searchHit(
  storage: Storage,
  chunk: StoredChunk,
  score: number,
  { neighbours, signal }: Checked,
): Promise<SearchHit> {
  return {
    id: chunk.id,
    repository: chunk.repository,
    path: chunk.path,
    startLine: chunk.startLine,
    endLine: chunk.endLine,
    language: chunk.language,
    symbol: chunk.symbolPath,
    symbolKind: chunk.symbolKind,
    text: chunk.text,
    score,
    neighbours: neighbours ? await findNeighbours(storage, chunk, signal) : null,
  }
}

/** The distinct words of a query, in its order. */
function queryTerms(query: string): string[] {
  return [...new Set(splitTerms(query).split(' '))].filter((term) => term !== '')
}

function freshnessOf({
  name,
  ref,
  commit,
  indexedAt,
}: LedgerSummary): SearchResult['freshness'][number] {
  return { repository: name, ref, commit, indexedAt }
}

function listOf<T extends string>(value: T | readonly T[]): T[] {
  return typeof value === 'string' ? [value] : [...value]
}
