import { chunkId } from '../content-ids.ts'
import type { SpooledFile } from '../contracts/journal.ts'
import type { VectorRow } from '../contracts/vector-store.ts'
import type { FileGraph } from '../graph/resolve-file.ts'
import { batches } from './batches.ts'
import type { StoreContext } from './store-context.ts'

/** Writes the vectors of files from the cache; chunks of failed texts have none. */
export async function writeVectors(
  { storage, space, repository, retry, signal }: StoreContext,
  files: readonly SpooledFile[],
  failedTexts: ReadonlySet<string>,
): Promise<void> {
  const { vectors, journal } = storage
  const wanted = files.flatMap((file) =>
    file.chunks
      .filter((chunk) => !failedTexts.has(chunk.textHash))
      .map((chunk) => ({ file, chunk })),
  )
  for (const batch of batches(wanted, vectors.maxBatch)) {
    signal.throwIfAborted()
    const hashes = batch.map(({ chunk }) => chunk.textHash)
    const cached = await journal.cache.get(space.fingerprint, hashes)
    const rows: VectorRow[] = []
    for (const [index, { file, chunk }] of batch.entries()) {
      const vector = cached[index]
      // What the cache has lost is found missing by validation, and embedded again.
      if (!vector) continue
      const { version, path, language } = file
      const id = chunkId(version, chunk.ordinal)
      rows.push({ id, vector, repository, version, path, language, symbolKind: chunk.symbolKind })
    }
    await retry(`the vector store ${vectors.id}`, () => vectors.upsert(space, rows, { signal }))
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
  const write = (rows: Parameters<typeof graph.upsert>[0]): Promise<void> => {
    signal.throwIfAborted()
    return retry(`the graph store ${graph.id}`, () => graph.upsert(rows, { signal }))
  }
  // Nodes first: an edge is never there without its ends.
  for (const batch of batches(nodes, graph.maxBatch)) await write({ nodes: batch, edges: [] })
  for (const batch of batches(edges, graph.maxBatch)) await write({ nodes: [], edges: batch })
}
