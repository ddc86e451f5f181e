import { chunkId } from '../content-ids.ts'
import type { SpooledFile } from '../contracts/journal.ts'
import type { VectorRow } from '../contracts/vector-store.ts'
import type { FileGraph } from '../graph/resolve-file.ts'
import { batches } from './batches.ts'
import type { StoreContext } from './store-context.ts'

/** The part of a file version that rows of vectors are made of. */
type VectorFile = Pick<SpooledFile, 'version' | 'path' | 'language'>

/**
 * Writes the vectors of files from the cache. A text that the cache lacks has none: it failed, or was
 * lost, and then validation finds its vector missing.
 */
export async function writeVectors(
  context: StoreContext,
  files: readonly VectorFile[],
): Promise<void> {
  const { storage, space, repository, retry, signal } = context
  const { vectors, journal } = storage
  const store = `the vector store ${vectors.id}`
  const byVersion = new Map(files.map((file) => [file.version, file]))
  const versions = [...byVersion.keys()]
  const left = await retry(store, async () =>
    vectors.upsertSpooled
      ? vectors.upsertSpooled(space, repository, versions, { signal })
      : versions,
  )
  const wanted = (await journal.spool.chunks(left)).flatMap(({ version, chunks }) => {
    const file = byVersion.get(version)
    return file ? chunks.map((chunk) => ({ file, chunk })) : []
  })
  for (const batch of batches(wanted, vectors.maxBatch)) {
    signal.throwIfAborted()
    const hashes = batch.map(({ chunk }) => chunk.textHash)
    const cached = await journal.cache.get(space.fingerprint, hashes)
    const rows: VectorRow[] = []
    for (const [index, { file, chunk }] of batch.entries()) {
      const vector = cached[index]
      if (!vector) continue
      const { version, path, language } = file
      const id = chunkId(version, chunk.ordinal)
      rows.push({ id, vector, repository, version, path, language, symbolKind: chunk.symbolKind })
    }
    await retry(store, () => vectors.upsert(space, rows, { signal }))
  }
}

/** Writes graphs in batches that the store takes. */
export async function writeGraph(
  { storage, retry, signal }: StoreContext,
  graphs: readonly FileGraph[],
  { withNodes }: { readonly withNodes: boolean },
): Promise<void> {
  const { graph } = storage
  const nodes = graphs.flatMap(({ nodes: own, modules }) =>
    withNodes ? [...own, ...modules] : modules,
  )
  const edges = graphs.flatMap((one) => one.edges)
  const rows = nodes.length + edges.length
  // Nodes first, so that few edges are there without their ends.
  for (let start = 0; start < rows; start += graph.maxBatch) {
    signal.throwIfAborted()
    const end = start + graph.maxBatch
    const batch = {
      nodes: nodes.slice(start, end),
      edges: edges.slice(Math.max(0, start - nodes.length), Math.max(0, end - nodes.length)),
    }
    await retry(`the graph store ${graph.id}`, () => graph.upsert(batch, { signal }))
  }
}
