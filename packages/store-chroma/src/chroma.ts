import { isDeepStrictEqual } from 'node:util'
import type { StoreCallOptions, VectorRow, VectorSpace, VectorStore } from '@cairn/core'
import { abortable } from '@cairn/core/abortable'
import type { Collection } from 'chromadb'
import { createCollections, type OwnCollection } from './collections.ts'
import {
  closedError,
  otherDimensions,
  TooLargeError,
  toStoreError,
  VanishedError,
} from './failure.ts'
import { listIds } from './list-ids.ts'
import { nearestRows } from './nearest-rows.ts'
import { type ChromaOptions, checkOptions } from './options.ts'
import { recordsOf, rowsPerRequest, upsertRows } from './records.ts'
import { filterWhere, rowMetadata } from './row-metadata.ts'
import { createServer, type ServerLimits } from './server.ts'
import type { Call } from './transport.ts'

/** A vector store that `await using` closes. */
export interface ChromaVectorStore extends VectorStore {
  /** {@link VectorStore.close}. */
  [Symbol.asyncDispose](): Promise<void>
}

const maxBatch = 2_000
// Vectors come as text, number by number.
const vectorsPerRequest = 500

/**
 * Vectors in a Chroma server: one collection for each embedder, with cosine distance. Collections of
 * other programs in the same database are never touched. Sends nothing before the first call.
 * @throws InvalidOptionsError when the options are not of the documented shape.
 */
export function chroma(options: ChromaOptions = {}): ChromaVectorStore {
  const server = createServer(checkOptions(options))
  const collections = createCollections(server)
  let isClosed = false
  // Rows of a request, once more of them were too large for the server or a proxy before it.
  let fittingRows = Number.POSITIVE_INFINITY

  /** Runs a call; what it rejects with is a `StoreError` or the signal's reason. */
  const run = async <T>(
    { signal }: StoreCallOptions,
    work: (call: Call, limits: ServerLimits) => Promise<T>,
  ): Promise<T> => {
    signal?.throwIfAborted()
    if (isClosed) throw closedError()
    try {
      const limits = await abortable(signal, () => server.ready())
      return await work({ signal, isKnown: true }, limits)
    } catch (error) {
      signal?.throwIfAborted()
      throw toStoreError(error)
    }
  }

  const recordsIn = (own: OwnCollection, call: Call, limits: ServerLimits): Collection =>
    recordsOf(server.options, limits, own, call, () => collections.forget(own))

  /** Works on the records of a space; gives `otherwise` where it was never written to. */
  const inSpace = <T>(
    space: VectorSpace,
    options: StoreCallOptions,
    otherwise: T,
    work: (records: Collection) => Promise<T>,
  ): Promise<T> =>
    run(options, async (call, limits) => {
      const own = await collections.find(space, call)
      return own ? work(recordsIn(own, call, limits)) : otherwise
    })

  /**
   * Deletes rows of these ids and says how many were there, which Chroma does not. A request that is
   * under way is waited for: were its caller told that it ended, it could delete what is written then.
   */
  const deleteRows = async (
    own: OwnCollection,
    ids: readonly string[],
    { signal }: Call,
    limits: ServerLimits,
  ): Promise<number> => {
    const records = recordsIn(own, { isKnown: true }, limits)
    let deleted = 0
    for (const batch of batches([...new Set(ids)], limits.maxBatchSize)) {
      signal?.throwIfAborted()
      const { ids: found } = await records.get({ ids: batch, include: [] })
      if (found.length > 0) await records.delete({ ids: found })
      deleted += found.length
    }
    return deleted
  }

  /** Writes rows in one request, and in halves where that is too large. */
  const writeRows = async (
    own: OwnCollection,
    rows: readonly VectorRow[],
    call: Call,
    limits: ServerLimits,
  ): Promise<void> => {
    try {
      await upsertRows(server, limits, own, rows, call, () => collections.forget(own))
    } catch (error) {
      if (!(error instanceof TooLargeError) || rows.length === 1) throw error
      const half = Math.ceil(rows.length / 2)
      fittingRows = Math.min(fittingRows, half)
      for (const part of batches(rows, half)) await writeRows(own, part, call, limits)
    }
  }

  const close = async (): Promise<void> => {
    isClosed = true
    server.close()
  }

  return {
    id: 'chroma',
    maxBatch,
    isRemote: true,
    upsert: (space, rows, options = {}) =>
      run(options, async (call, limits) => {
        for (const row of rows) checkLength(space, row.vector, `The row ${row.id}`)
        const unique = [...new Map(rows.map((row) => [row.id, row])).values()]
        if (unique.length === 0) return
        const own = await collections.open(space, call)
        const most = Math.min(fittingRows, rowsPerRequest(limits, space.dimensions))
        for (const batch of batches(unique, most)) await writeRows(own, batch, call, limits)
      }),
    delete: (space, ids, options = {}) =>
      run(options, async (call, limits) => {
        const own = await collections.find(space, call)
        return own ? deleteRows(own, ids, call, limits) : 0
      }),
    query: (space, vector, { limit, filter = {}, ...options }) =>
      inSpace(space, options, [], async (records) => {
        checkLength(space, vector, 'The query')
        const where = filterWhere(filter)
        return where === null ? [] : nearestRows(records, vector, limit, where)
      }),
    get: (space, ids, options = {}) =>
      inSpace(
        space,
        options,
        ids.map(() => null),
        async (records) => {
          const found = new Map<string, Float32Array>()
          for (const batch of batches([...new Set(ids)], vectorsPerRequest)) {
            const page = await records.get({ ids: batch, include: ['embeddings'] })
            for (const [index, id] of page.ids.entries()) {
              const vector = page.embeddings[index]
              if (vector) found.set(id, Float32Array.from(vector))
            }
          }
          return ids.map((id) => found.get(id) ?? null)
        },
      ),
    altered: (space, rows, options = {}) =>
      inSpace(
        space,
        options,
        rows.map(({ id }) => id),
        async (records) => {
          const altered: string[] = []
          for (const batch of batches(rows, vectorsPerRequest)) {
            const page = await records.get({
              ids: batch.map(({ id }) => id),
              include: ['metadatas'],
            })
            const found = new Map(page.ids.map((id, index) => [id, page.metadatas[index]]))
            for (const row of batch) {
              if (!isDeepStrictEqual(found.get(row.id), rowMetadata(row))) altered.push(row.id)
            }
          }
          return altered
        },
      ),
    ids: (space, { repository, after, limit, ...options }) =>
      inSpace(space, options, [], async (records) => {
        const found: string[] = []
        for await (const page of listIds(records, { repository, after })) {
          found.push(...page)
          if (found.length >= limit) break
        }
        return found.slice(0, limit)
      }),
    count: (space, { repository, ...options }) =>
      inSpace(space, options, 0, async (records) => {
        let rows = 0
        for await (const page of listIds(records, { repository })) rows += page.length
        return rows
      }),
    spaces: (options = {}) =>
      run(options, async (call, limits) => {
        const held: VectorSpace[] = []
        for (const own of await collections.list(call)) {
          const { fingerprint, dimensions } = own
          await unlessVanished(async () => {
            const rows = await recordsIn(own, call, limits).count()
            if (rows > 0) held.push({ fingerprint, dimensions })
          })
        }
        return held
      }),
    removeRepository: (repository, options = {}) =>
      run(options, async (call, limits) => {
        let removed = 0
        for (const own of await collections.list(call)) {
          await unlessVanished(async () => {
            for await (const page of listIds(recordsIn(own, call, limits), { repository })) {
              removed += await deleteRows(own, page, call, limits)
            }
          })
        }
        return removed
      }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function checkLength({ dimensions }: VectorSpace, vector: Float32Array, what: string): void {
  if (vector.length !== dimensions) throw otherDimensions(what, vector.length, dimensions)
}

/** Where all collections are gone through, one that is not there any more has no rows. */
async function unlessVanished(work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (error) {
    if (!(error instanceof VanishedError)) throw error
  }
}

function* batches<T>(items: readonly T[], size: number): Generator<T[]> {
  for (let start = 0; start < items.length; start += size) yield items.slice(start, start + size)
}
