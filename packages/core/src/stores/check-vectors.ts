import { chunkId, parseChunkId } from '../content-ids.ts'
import { squaredLength } from '../embedding/squared-length.ts'
import { batches } from './batches.ts'
import {
  type CheckContext,
  type CheckDepth,
  type CheckedFile,
  type Difference,
  expectedIds,
} from './checked-file.ts'
import { vectorIdPages } from './list-rows.ts'
import type { SampledFile } from './sample-chunks.ts'

type Files = ReadonlyMap<string, CheckedFile>

const vectorPage = 200
const filesPerPage = 50
// Cosine distance is not touched by differences below this; stores may round float32.
const sameVector = 1e-5
const normTolerance = 1e-2

/**
 * Names each id that should not be there or is not there, and a store that counts other rows than it lists. What counts is
 * what a store lists: its own sums only spare the list.
 */
export async function checkVectorIds(
  context: CheckContext,
  byVersion: Files,
): Promise<Difference[]> {
  const { differences, rows } = await compareIds(context, byVersion)
  if (differences.length > 0 || (await countsAsListed(context, rows))) return differences
  return [{ kind: 'altered', store: 'vectors', id: context.repository, path: null }]
}

/** A store that keeps a row in several places may count other rows than it lists, and finds others too. */
export async function countsAsListed(
  { storage, repository, space, signal }: CheckContext,
  rows: number,
): Promise<boolean> {
  if (!storage.vectors.inspect) return true
  return (await storage.vectors.count(space, { repository, signal })) === rows
}

async function compareIds(
  context: CheckContext,
  byVersion: Files,
): Promise<{ differences: Difference[]; rows: number }> {
  const { storage, space, signal } = context
  let rows = 0
  const differences: Difference[] = []
  const seen = new Map<string, number>()
  for await (const ids of vectorIdPages(context, space)) {
    rows += ids.length
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
  return { differences, rows }
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

/** Compares vectors with the cache, with what stands beside them where all are looked at, and looks up their texts. */
export async function checkVectors(
  { storage, repository, space, signal, depth }: CheckContext & { readonly depth: CheckDepth },
  samples: readonly SampledFile[],
  known: readonly Difference[],
): Promise<Difference[]> {
  const byVersion = new Map(samples.map(({ file }) => [file.version, file]))
  const missing = new Set(known.filter(({ kind }) => kind === 'missing').map(({ id }) => id))
  const differences: Difference[] = []
  for (const page of batches(samples, filesPerPage)) {
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
        depth === 'all' ? await storage.vectors.altered?.(space, wanted, { signal }) : [],
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
