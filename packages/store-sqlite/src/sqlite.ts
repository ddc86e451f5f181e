import { stat, statfs } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import type {
  EncodedFile,
  GraphStore,
  Journal,
  ParsedFile,
  SpooledFile,
  SpooledSurface,
  Storage,
  VectorStore,
} from '@cairn/core'
import { InvalidOptionsError } from '@cairn/core'
import { abortable } from '@cairn/core/abortable'
import { encodeFile } from '@cairn/core/encoded-file'
import { encodeGraph } from '@cairn/core/encoded-graph'
import { logEntry } from '@cairn/protocol'
import type { CallableMethods, CallableName } from './engine/methods.ts'
import { methods } from './engine/methods.ts'
import type { FileRow, StoredFiles, SurfaceRow } from './engine/spool.ts'
import { numbered } from './numbered-events.ts'
import type { EngineOptions, SqliteOptions } from './options.ts'
import { packVectors, unpackBytes, unpackVectors } from './packed-vectors.ts'
import { createThread } from './thread.ts'

/** Everything of one indexer in one SQLite file. */
export interface SqliteStorage extends Storage {
  /** Ends the threads and lets go of the file; all three stores are closed with it. */
  close(): Promise<void>
  /** {@link SqliteStorage.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Journal, vectors, full text and graph in one SQLite file. SQLite runs in two threads, one that
 * writes and one that reads, so that neither the host's event loop nor a search waits for a write.
 * Opens nothing before the first call.
 * @throws InvalidOptionsError when the options are not of the documented shape.
 */
export function sqlite(options: SqliteOptions): SqliteStorage {
  const engineOptions = checkOptions(options)
  const threads = {
    reader: createThread({ role: 'reader', options: engineOptions }),
    writer: createThread({ role: 'writer', options: engineOptions }),
  }

  let isWriter = false

  const call = <Name extends CallableName>(
    name: Name,
    ...values: Parameters<CallableMethods[Name]>
  ): ReturnType<CallableMethods[Name]> => {
    const mode = methods[name]
    const isRead = mode === 'read' || (mode === 'scan' && !isWriter)
    return threads[isRead ? 'reader' : 'writer'].call(name, ...values)
  }

  /**
   * `call` that the caller may keep from starting, and else waits for. A removal goes on in its
   * thread, step by step: were its caller told that it ended, what is written then would go too.
   */
  const toItsEnd = async <T>(
    signal: AbortSignal | undefined,
    start: () => Promise<T>,
  ): Promise<T> => {
    signal?.throwIfAborted()
    return start()
  }

  /** An inspection that only looks may be left alone; one that repairs goes on like a removal. */
  const whole = <T>(
    { repair }: { readonly repair: boolean },
    signal: AbortSignal | undefined,
    start: () => Promise<T>,
  ): Promise<T> => (repair ? toItsEnd(signal, start) : abortable(signal, start))

  const close = async (): Promise<void> => {
    try {
      await threads.reader.close()
    } finally {
      // The last to go takes what is in the write-ahead log into the file, which a reader may not.
      await threads.writer.close()
    }
  }

  const sizeBytes = async (): Promise<number> => {
    const sizes = await Promise.all(
      ['', '-wal'].map((suffix) => fileBytes(engineOptions.path + suffix)),
    )
    return sizes.reduce((sum, size) => sum + size, 0)
  }

  const journal: Journal = {
    id: 'sqlite',
    tasks: {
      append: async (events) => {
        const { seqs, epoch } = await call('tasks.append', events)
        return events.map((event, index) => numbered(event, seqs[index] ?? 0, epoch))
      },
      events: (taskId, range) => call('tasks.events', taskId, range),
      status: (taskId) => call('tasks.status', taskId),
      tasks: (filter) => call('tasks.tasks', filter),
      async logs(taskId, filter) {
        const { logs, ...page } = await call('tasks.logs', taskId, filter)
        return { ...page, logs: logs.flatMap(({ event, stage }) => logEntry(event, stage) ?? []) }
      },
      changes: (range) => call('tasks.changes', range),
      totals: (selection) => call('tasks.totals', selection),
      metrics: (selection) => call('tasks.metrics', selection),
      prune: (limits) => call('tasks.prune', limits),
      secondsPerItem: (repository) => call('tasks.secondsPerItem', repository),
    },
    plans: {
      begin: (run) => call('plans.begin', run),
      add: (runId, files) => call('plans.add', runId, files),
      complete: (runId) => call('plans.complete', runId),
      toIndex: (runId, range) => call('plans.toIndex', runId, range),
      record: (repository, path) => call('plans.record', repository, path),
    },
    spool: {
      has: (versions) => call('spool.has', versions),
      write: async (repository, files) =>
        call(
          'spool.write',
          repository,
          files.map(({ version, path }) => ({ version, path })),
          files.map(({ parsed }) => encodedApart(parsed)),
        ),
      files: async (versions) => readFiles(await call('spool.files', versions)),
      chunks: (versions) => call('spool.chunks', versions),
      surfaces: async (versions) => readSurfaces(await call('spool.surfaces', versions)),
      totals: (runId, fingerprint) => call('spool.totals', runId, fingerprint),
      missingTexts: (runId, fingerprint, range) =>
        call('spool.missingTexts', runId, fingerprint, range),
      sweep: (repository) => call('spool.sweep', repository),
    },
    ledger: {
      repositories: () => call('ledger.repositories'),
      repository: (name) => call('ledger.repository', name),
      file: (repository, path) => call('ledger.file', repository, path),
      files: (repository, range) => call('ledger.files', repository, range),
      stage: (runId, files) => call('ledger.stage', runId, files),
      commit: (runId, repository) => call('ledger.commit', runId, repository),
      live: (owners) => call('ledger.live', owners),
      garbage: (repository, limit) => call('ledger.garbage', repository, limit),
      collected: (repository, garbage) => call('ledger.collected', repository, garbage),
      remove: (repository) => call('ledger.remove', repository),
    },
    cache: {
      get: async (fingerprint, textHashes) =>
        unpackVectors(await call('cache.get', fingerprint, textHashes)),
      put: (fingerprint, entries) =>
        call(
          'cache.put',
          fingerprint,
          entries.map(({ textHash }) => textHash),
          packVectors(entries.map(({ vector }) => vector)),
        ),
      prune: (spare) => call('cache.prune', spare),
    },
    text: {
      restore: (versions) => call('text.restore', versions),
      search: (terms, { signal, ...range }) =>
        abortable(signal, () => call('text.search', terms, range)),
      chunks: (ids) => call('text.chunks', ids),
      unindexed: (repository, limit) => call('text.unindexed', repository, limit),
    },
    acquireWriter: (callOptions) =>
      abortable(callOptions?.signal, async () => {
        // Whoever writes will read: both threads load at the same time.
        threads.reader.start()
        await threads.writer.acquire()
        isWriter = true
      }),
    endAbandoned: () => threads.writer.endAbandoned(),
    sizeBytes,
    async freeBytes() {
      const { maxBytes, path } = engineOptions
      const onDisk = await freeDiskBytes(dirname(path))
      const unused = await call('maintenance.unusedBytes')
      if (maxBytes === null) return onDisk === null ? null : onDisk + unused
      const left = Math.max(0, maxBytes - (await fileBytes(path)))
      return Math.min(left, onDisk ?? left) + unused
    },
    inspect: (space, { signal, ...inspection }) =>
      whole(inspection, signal, () => call('journal.inspect', space, inspection)),
    async optimize({ mayBlock }) {
      await call('maintenance.mergeWords')
      await call('maintenance.refreshStatistics')
      if (mayBlock) await call('maintenance.compact')
    },
    close,
  }

  const vectors: VectorStore = {
    id: 'sqlite',
    maxBatch: 1_000,
    upsert: (space, rows, callOptions) =>
      abortable(callOptions?.signal, () =>
        call(
          'vectors.upsert',
          space,
          rows.map(({ vector: _, ...row }) => row),
          packVectors(rows.map(({ vector }) => vector)),
        ),
      ),
    upsertSpooled: (space, repository, versions, callOptions) =>
      abortable(callOptions?.signal, () =>
        call('vectors.upsertSpooled', space, repository, versions),
      ),
    delete: (space, ids, callOptions) =>
      abortable(callOptions?.signal, () => call('vectors.delete', space, ids)),
    query: (space, vector, { signal, ...query }) =>
      abortable(signal, () => call('vectors.query', space, vector, query)),
    get: (space, ids, callOptions) =>
      abortable(callOptions?.signal, async () =>
        unpackVectors(await call('vectors.get', space, ids)),
      ),
    ids: (space, { signal, ...range }) =>
      abortable(signal, () => call('vectors.ids', space, range)),
    versions: (space, { signal, ...range }) =>
      abortable(signal, () => call('vectors.versions', space, range)),
    count: (space, { signal, ...range }) =>
      abortable(signal, () => call('vectors.count', space, range)),
    spaces: (callOptions) => abortable(callOptions?.signal, () => call('vectors.spaces')),
    inspect: (space, { signal, ...inspection }) =>
      whole(inspection, signal, () => call('vectors.inspect', space, inspection)),
    removeRepository: (repository, callOptions) =>
      toItsEnd(callOptions?.signal, () => call('vectors.removeRepository', repository)),
    close,
  }

  const graph: GraphStore = {
    id: 'sqlite',
    maxBatch: 10_000,
    upsert: (rows, callOptions) =>
      abortable(callOptions?.signal, () =>
        call('graph.upsert', ('parts' in rows ? rows : encodeGraph(rows)).parts),
      ),
    deleteOwners: (repository, owners, callOptions) =>
      abortable(callOptions?.signal, () => call('graph.deleteOwners', repository, owners)),
    nodes: (ids, callOptions) => abortable(callOptions?.signal, () => call('graph.nodes', ids)),
    neighbours: (id, { signal, ...range }) =>
      abortable(signal, () => call('graph.neighbours', id, range)),
    owners: ({ signal, ...range }) => abortable(signal, () => call('graph.owners', range)),
    edges: (repository, owners, callOptions) =>
      abortable(callOptions?.signal, () => call('graph.edges', repository, owners)),
    inspect: ({ signal, ...inspection }) =>
      whole(inspection, signal, () => call('graph.inspect', inspection)),
    danglingEdges: ({ signal, ...range }) =>
      abortable(signal, () => call('graph.danglingEdges', range)),
    removeRepository: (repository, callOptions) =>
      toItsEnd(callOptions?.signal, () => call('graph.removeRepository', repository)),
    close,
  }

  return { journal, vectors, graph, close, [Symbol.asyncDispose]: close }
}

function checkOptions({
  path,
  readOnly = false,
  driver = 'auto',
  cacheBytes = 16_777_216,
  maxBytes,
}: SqliteOptions): EngineOptions {
  if (typeof path !== 'string' || path === '') {
    throw new InvalidOptionsError(
      'sqlite() needs the path of a file: sqlite({ path: "index.db" }).',
    )
  }
  if (!['auto', 'node', 'better-sqlite3'].includes(driver)) {
    throw new InvalidOptionsError(
      `The driver "${driver}" is not known; choose 'auto', 'node' or 'better-sqlite3'.`,
    )
  }
  return { path: resolve(path), readOnly, driver, cacheBytes, maxBytes: maxBytes ?? null }
}

/**
 * The encoded file in a buffer that may change hands: the caller's stays, for another try. Each in its own,
 * as what is freed in blocks of megabytes has the allocator keep more (engine/sort-in-pieces.ts).
 */
function encodedApart(parsed: ParsedFile | EncodedFile): ArrayBuffer {
  return 'bytes' in parsed ? parsed.bytes.slice().buffer : encodeFile(parsed).bytes.buffer
}

function readSurfaces({ rows, surfaces }: StoredFiles<SurfaceRow>): SpooledSurface[] {
  const bytes = unpackBytes(surfaces)
  return rows.map((row, index) => ({ ...row, surface: bytes[index] ?? new Uint8Array() }))
}

function readFiles({ rows, surfaces, uses }: StoredFiles<FileRow>): SpooledFile[] {
  const [surfaceBytes, useBytes] = [unpackBytes(surfaces), unpackBytes(uses)]
  return rows.map((row, index) => ({
    ...row,
    surface: surfaceBytes[index] ?? new Uint8Array(),
    uses: useBytes[index] ?? new Uint8Array(),
  }))
}

/** Bytes that may still be written into a folder; null where the file system does not tell. */
async function freeDiskBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return null
  }
}

async function fileBytes(path: string): Promise<number> {
  try {
    return (await stat(path)).size
  } catch {
    // No file: nothing stored.
    return 0
  }
}
