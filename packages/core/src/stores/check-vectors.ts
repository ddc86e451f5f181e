import { chunkId, parseChunkId } from '../content-ids.ts'
import { squaredLength } from '../embedding/squared-length.ts'
import {
  type CheckContext,
  type CheckedFile,
  type Difference,
  expectedIds,
} from './checked-file.ts'
import { vectorIdPages, versionRows } from './list-rows.ts'
import { sampleChunks } from './sample-chunks.ts'

type Files = ReadonlyMap<string, CheckedFile>

const vectorPage = 200
// Cosine distance is not touched by differences below this; stores may round float32.
const sameVector = 1e-5
const normTolerance = 1e-2

/** Compares the ids of the vector store with the chunks of the ledger, and their number with its count. */
export async function checkVectorIds(
  context: CheckContext,
  byVersion: Files,
): Promise<Difference[]> {
  const { storage, repository, space, signal } = context
  const { isAsExpected, rows } = await compareSums(context, byVersion)
  if (!isAsExpected) {
    const differences = await differentIds(context, byVersion)
    if (differences.length > 0) return differences
  }
  // A store that keeps a row in several places may count other rows than it lists, and finds others too.
  if (!storage.vectors.inspect) return []
  const count = await storage.vectors.count(space, { repository, signal })
  return count === rows ? [] : [{ kind: 'altered', store: 'vectors', id: repository, path: null }]
}

/** How many rows there are, and whether they are every chunk of every file and nothing else, as far as sums tell. */
async function compareSums(
  context: CheckContext,
  byVersion: Files,
): Promise<{ isAsExpected: boolean; rows: number }> {
  // Sums do for files that are whole.
  let isAsExpected = true
  let toMatch = 0
  for (const { chunkCount, failedChunks } of byVersion.values()) {
    if (failedChunks.length > 0) isAsExpected = false
    if (chunkCount > 0) toMatch += 1
  }
  let rows = 0
  for await (const sum of versionRows(context, context.space)) {
    rows += sum.rows
    const chunkCount = byVersion.get(sum.version)?.chunkCount ?? 0
    if (sum.rows !== chunkCount || sum.lastOrdinal !== chunkCount - 1) isAsExpected = false
    toMatch -= 1
  }
  return { isAsExpected: isAsExpected && toMatch === 0, rows }
}

/** Names each id that should not be there or is not there. */
async function differentIds(context: CheckContext, byVersion: Files): Promise<Difference[]> {
  const { storage, space, signal } = context
  const differences: Difference[] = []
  const seen = new Map<string, number>()
  for await (const ids of vectorIdPages(context, space)) {
    for (const id of ids) {
      const chunk = parseChunkId(id)
      const file = chunk ? byVersion.get(chunk.version) : undefined
      if (
        !chunk ||
        !file ||
        chunk.ordinal >= file.chunkCount ||
        file.failedChunks.includes(chunk.ordinal)
      ) {
        differences.push({ kind: 'orphan', store: 'vectors', id, path: null })
      } else seen.set(file.version, (seen.get(file.version) ?? 0) + 1)
    }
  }
  for (const file of byVersion.values()) {
    if ((seen.get(file.version) ?? 0) === file.chunkCount - file.failedChunks.length) continue
    signal.throwIfAborted()
    const ids = expectedIds(file)
    const vectors = await storage.vectors.get(space, ids, { signal })
    for (const [index, id] of ids.entries()) {
      if (!vectors[index])
        differences.push({ kind: 'missing', store: 'vectors', id, path: file.path })
    }
  }
  return differences
}

/** Rows of the repository in spaces that are not its own. */
export async function checkOtherSpaces(context: CheckContext): Promise<Difference[]> {
  const { storage, space: own, signal } = context
  const differences: Difference[] = []
  for (const space of await storage.vectors.spaces({ signal })) {
    if (space.fingerprint === own.fingerprint) continue
    for await (const ids of vectorIdPages(context, space)) {
      for (const id of ids) {
        differences.push({ kind: 'orphan', store: 'vectors', id, path: null, space })
      }
    }
  }
  return differences
}

/** Compares at most so many vectors with the cache, spread over the repository, and looks up their texts. */
export async function checkVectors(
  { storage, repository, space, signal }: CheckContext,
  byVersion: Files,
  known: readonly Difference[],
  most: number,
): Promise<Difference[]> {
  const missing = new Set(known.filter(({ kind }) => kind === 'missing').map(({ id }) => id))
  const differences: Difference[] = []
  for (const page of sampleChunks([...byVersion.values()], most)) {
    signal.throwIfAborted()
    const spooled = await storage.journal.spool.chunks(page.map(({ file }) => file.version))
    const sampled = new Set(
      page.flatMap(({ file, ordinals }) =>
        ordinals.map((ordinal) => chunkId(file.version, ordinal)),
      ),
    )
    const chunks = spooled
      .flatMap(({ version, chunks: own }) =>
        own.map((chunk) => ({
          id: chunkId(version, chunk.ordinal),
          version,
          path: byVersion.get(version)?.path ?? null,
          language: byVersion.get(version)?.language ?? '',
          textHash: chunk.textHash,
          symbolKind: chunk.symbolKind,
          isExpected: !byVersion.get(version)?.failedChunks.includes(chunk.ordinal),
        })),
      )
      .filter((chunk) => sampled.delete(chunk.id) && chunk.isExpected && !missing.has(chunk.id))
    // Those that are left have no text: no search can show them.
    for (const id of sampled) {
      const path = byVersion.get(parseChunkId(id)?.version ?? '')?.path ?? null
      differences.push({ kind: 'missing', store: 'text', id, path })
    }
    for (let start = 0; start < chunks.length; start += vectorPage) {
      const slice = chunks.slice(start, start + vectorPage)
      const stored = await storage.vectors.get(
        space,
        slice.map(({ id }) => id),
        { signal },
      )
      const cached = await storage.journal.cache.get(
        space.fingerprint,
        slice.map(({ textHash }) => textHash),
      )
      const wanted = slice.map(({ id, version, path, language, symbolKind }) => {
        return { id, repository, version, path: path ?? '', language, symbolKind }
      })
      const altered = new Set(
        most === Number.POSITIVE_INFINITY
          ? await storage.vectors.altered?.(space, wanted, { signal })
          : [],
      )
      for (const [index, { id, path }] of slice.entries()) {
        const isWhole =
          isSame(stored[index] ?? null, cached[index] ?? null, space.dimensions) && !altered.has(id)
        if (!isWhole) differences.push({ kind: 'altered', store: 'vectors', id, path })
      }
    }
  }
  return differences
}

function isSame(
  stored: Float32Array | null,
  cached: Float32Array | null,
  dimensions: number,
): boolean {
  if (stored?.length !== dimensions) return false
  const squares = squaredLength(stored)
  // NaN fails this comparison too.
  if (!(Math.abs(squares - 1) <= normTolerance)) return false
  return (
    !cached || cached.every((value, index) => Math.abs(value - (stored[index] ?? 0)) <= sameVector)
  )
}
