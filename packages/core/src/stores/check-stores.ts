import { chunkId, parseChunkId } from '../content-ids.ts'
import type { GraphEdge } from '../contracts/graph-store.ts'
import type { LedgerFile } from '../contracts/journal.ts'
import type { Storage } from '../contracts/storage.ts'
import type { VectorSpace } from '../contracts/vector-store.ts'
import { squaredLength } from '../embedding/squared-length.ts'
import type { Retry } from '../retry.ts'
import { batches } from './batches.ts'
import { ledgerFiles } from './read-ledger.ts'

/** A row of a store that is not as the ledger says. */
export interface Difference {
  readonly kind: 'missing' | 'orphan' | 'altered'
  readonly store: 'vectors' | 'graph' | 'text'
  /** Chunk id, file version or edge set. */
  readonly id: string
  /** The file it belongs to; null for an orphan. */
  readonly path: string | null
}

/** What was compared and what differs. */
export interface StoreCheck {
  readonly files: number
  readonly chunks: number
  readonly differences: readonly Difference[]
}

/** What a check reads. */
export interface CheckContext {
  readonly storage: Storage
  readonly repository: string
  readonly space: VectorSpace
  readonly retry: Retry
  readonly signal: AbortSignal
  /** Chunks whose text is looked up and whose vector is compared with the cache, spread over the repository. */
  readonly vectorSample: number
  /** Called with the number of steps done, of `checkSteps`. */
  readonly onStep?: (done: number, what: string) => void
}

// One for each file of the repository is held for as long as a check takes, so it has what is compared
// and no more.
interface CheckedFile
  extends Pick<
    LedgerFile,
    | 'path'
    | 'version'
    | 'edgeSet'
    | 'chunkCount'
    | 'failedChunks'
    | 'nodeCount'
    | 'edgeSetNodes'
    | 'edgeSetEdges'
  > {
  /** Ids of its chunks that the vector store told. */
  seenVectors: number
}

const none: readonly never[] = []

/** Steps of a check, for its progress. */
export const checkSteps = 5

const idPage = 2_000
const vectorPage = 200
const filesPerPage = 50
// Cosine distance is not touched by differences below this; stores may round float32.
const sameVector = 1e-5
const normTolerance = 1e-2

/**
 * Compares what the stores hold of a repository with its ledger: every id of the vector store,
 * every owner of the graph, every chunk of the text index, a sample of the texts and vectors themselves.
 */
export async function checkStores(context: CheckContext): Promise<StoreCheck> {
  const { storage, repository, retry, signal } = context
  const byVersion = new Map<string, CheckedFile>()
  let chunks = 0
  for await (const file of ledgerFiles(storage.journal.ledger, repository)) {
    const { path, version, edgeSet, chunkCount, nodeCount, edgeSetNodes, edgeSetEdges } = file
    byVersion.set(version, {
      path,
      version,
      edgeSet,
      chunkCount,
      failedChunks: file.failedChunks.length > 0 ? file.failedChunks : none,
      nodeCount,
      edgeSetNodes,
      edgeSetEdges,
      seenVectors: 0,
    })
    chunks += chunkCount
  }
  let done = 0
  const step = <T>(result: T): T => {
    context.onStep?.(++done, 'comparing the stores with the ledger')
    return result
  }
  step(null)
  // The longest of the questions, and one that needs nothing of the others.
  const dangling = retry(`the graph store ${storage.graph.id}`, () =>
    storage.graph.danglingEdges({ repository, limit: idPage, signal }),
  )
  // The stores may be different ones, and what one of them gives is compared while another reads.
  const [vectors, graph, text] = await allOf(
    checkVectorIds(context, byVersion)
      .then(step)
      .then(async (found) => [...found, ...(await checkVectors(context, byVersion, found))])
      .then(step),
    checkGraph(context, byVersion, dangling).then(step),
    checkText(context, byVersion).then(step),
    dangling,
  )
  return { files: byVersion.size, chunks, differences: [...vectors, ...graph, ...text] }
}

/** What all of them give; where one fails the others end before that is told, and none waits on alone. */
async function allOf<T extends readonly Promise<unknown>[]>(
  ...works: T
): Promise<{ -readonly [Index in keyof T]: Awaited<T[Index]> }> {
  await Promise.allSettled(works)
  return Promise.all(works)
}

async function checkText(
  { storage, repository }: CheckContext,
  byVersion: ReadonlyMap<string, CheckedFile>,
): Promise<Difference[]> {
  const ids = await storage.journal.text.unindexed(repository, idPage)
  return ids.map((id) => {
    const path = byVersion.get(parseChunkId(id)?.version ?? '')?.path ?? null
    return { kind: 'missing', store: 'text', id, path }
  })
}

async function checkVectorIds(
  { storage, repository, space, retry, signal }: CheckContext,
  byVersion: ReadonlyMap<string, CheckedFile>,
): Promise<Difference[]> {
  const { vectors } = storage
  const store = `the vector store ${vectors.id}`
  const differences: Difference[] = []
  for (let after: string | undefined; ; ) {
    signal.throwIfAborted()
    const range = {
      repository,
      limit: idPage,
      signal,
      ...(after === undefined ? {} : { after }),
    }
    const ids = await retry(store, () => vectors.ids(space, range))
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
      } else file.seenVectors++
    }
    after = ids.at(-1)
    if (ids.length < idPage || after === undefined) break
  }
  for (const file of byVersion.values()) {
    if (file.seenVectors === file.chunkCount - file.failedChunks.length) continue
    signal.throwIfAborted()
    const ids = expectedIds(file)
    const found = await retry(store, () => vectors.get(space, ids, { signal }))
    for (const [index, id] of ids.entries()) {
      if (!found[index])
        differences.push({ kind: 'missing', store: 'vectors', id, path: file.path })
    }
  }
  return differences
}

async function checkVectors(
  { storage, space, retry, signal, vectorSample }: CheckContext,
  byVersion: ReadonlyMap<string, CheckedFile>,
  known: readonly Difference[],
): Promise<Difference[]> {
  const missing = new Set(known.filter(({ kind }) => kind === 'missing').map(({ id }) => id))
  const differences: Difference[] = []
  for (const page of samplePages([...byVersion.values()], vectorSample)) {
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
          path: byVersion.get(version)?.path ?? null,
          textHash: chunk.textHash,
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
      const ids = slice.map(({ id }) => id)
      const stored = await retry(`the vector store ${storage.vectors.id}`, () =>
        storage.vectors.get(space, ids, { signal }),
      )
      const cached = await storage.journal.cache.get(
        space.fingerprint,
        slice.map(({ textHash }) => textHash),
      )
      for (const [index, { id, path }] of slice.entries()) {
        if (!isSame(stored[index] ?? null, cached[index] ?? null, space.dimensions)) {
          differences.push({ kind: 'altered', store: 'vectors', id, path })
        }
      }
    }
  }
  return differences
}

/** A file and which of its chunks are looked at. */
interface SampledFile {
  readonly file: CheckedFile
  readonly ordinals: readonly number[]
}

/** At most `vectors` chunks, at even distances over all chunks of the repository, in pages of files. */
function samplePages(
  files: readonly CheckedFile[],
  vectors: number,
): Iterable<readonly SampledFile[]> {
  const chunks = files.reduce((sum, file) => sum + file.chunkCount, 0)
  const count = Math.min(vectors, chunks)
  const sampled: SampledFile[] = []
  let taken = 0
  let before = 0
  for (const file of files) {
    const ordinals: number[] = []
    for (; taken < count; taken++) {
      const ordinal = Math.floor((taken * chunks) / count) - before
      if (ordinal >= file.chunkCount) break
      ordinals.push(ordinal)
    }
    before += file.chunkCount
    if (ordinals.length > 0) sampled.push({ file, ordinals })
  }
  return batches(sampled, filesPerPage)
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

async function checkGraph(
  { storage, repository, retry, signal }: CheckContext,
  byVersion: ReadonlyMap<string, CheckedFile>,
  dangling: Promise<readonly GraphEdge[]>,
): Promise<Difference[]> {
  const expected = new Map<string, CheckedFile>()
  for (const file of byVersion.values()) {
    expected.set(file.version, file)
    if (file.edgeSetNodes + file.edgeSetEdges > 0) expected.set(file.edgeSet, file)
  }
  const differences: Difference[] = []
  for (let after: string | undefined; ; ) {
    signal.throwIfAborted()
    const range = {
      repository,
      limit: idPage,
      signal,
      ...(after === undefined ? {} : { after }),
    }
    const owners = await retry(`the graph store ${storage.graph.id}`, () =>
      storage.graph.owners(range),
    )
    for (const { owner, nodes, edges } of owners) {
      const file = expected.get(owner)
      expected.delete(owner)
      if (!file) {
        differences.push({ kind: 'orphan', store: 'graph', id: owner, path: null })
        continue
      }
      const wanted =
        owner === file.version
          ? { nodes: file.nodeCount, edges: 0 }
          : { nodes: file.edgeSetNodes, edges: file.edgeSetEdges }
      if (wanted.nodes > nodes || wanted.edges > edges) {
        differences.push({ kind: 'missing', store: 'graph', id: owner, path: file.path })
      } else if (wanted.nodes !== nodes || wanted.edges !== edges) {
        differences.push({ kind: 'altered', store: 'graph', id: owner, path: file.path })
      }
    }
    after = owners.at(-1)?.owner
    if (owners.length < idPage || after === undefined) break
  }
  for (const [owner, { path }] of expected) {
    differences.push({ kind: 'missing', store: 'graph', id: owner, path })
  }
  if (differences.length > 0) return differences
  // Only a graph whose owners are whole can be blamed for an edge that leads nowhere.
  const owners = new Set((await dangling).map((edge) => edge.owner))
  if (owners.size === 0) return []
  const byEdgeSet = new Map([...byVersion.values()].map((file) => [file.edgeSet, file.path]))
  return [...owners].map((owner) => {
    return { kind: 'altered', store: 'graph', id: owner, path: byEdgeSet.get(owner) ?? null }
  })
}

function expectedIds(file: CheckedFile): string[] {
  const ids: string[] = []
  for (let ordinal = 0; ordinal < file.chunkCount; ordinal++) {
    if (!file.failedChunks.includes(ordinal)) ids.push(chunkId(file.version, ordinal))
  }
  return ids
}
