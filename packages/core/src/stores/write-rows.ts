import { chunkId } from '../content-ids.ts'
import type { EncodedGraph } from '../contracts/graph-store.ts'
import type { SpooledFile } from '../contracts/journal.ts'
import type { VectorRow } from '../contracts/vector-store.ts'
import type { BuiltGraph } from '../graph/graph-builder.ts'
import { releaseMemory } from '../release-memory.ts'
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
  const { storage, space, repository, signal } = context
  const { vectors, journal } = storage
  const byVersion = new Map(files.map((file) => [file.version, file]))
  const versions = [...byVersion.keys()]
  const left = vectors.upsertSpooled
    ? await vectors.upsertSpooled(space, repository, versions, { signal })
    : versions
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
    await vectors.upsert(space, rows, { signal })
  }
}

/** Writes graphs, as many in one call as the store takes, and lets go of their rows. */
export async function writeGraph(
  { storage, signal }: StoreContext,
  graphs: readonly BuiltGraph[],
): Promise<void> {
  const { graph } = storage
  const pieces = graphs.flatMap(({ rows }) => rows)
  for (const batch of joinPieces(pieces, graph.maxBatch)) {
    signal.throwIfAborted()
    await graph.upsert(batch, { signal })
    releaseMemory(batch.parts)
  }
}

/** As many pieces together as `size` rows allow. */
function* joinPieces(pieces: readonly EncodedGraph[], size: number): Generator<EncodedGraph> {
  let parts: EncodedGraph['parts'][number][] = []
  let rows = { nodes: 0, edges: 0 }
  for (const piece of pieces) {
    if (parts.length > 0 && rows.nodes + rows.edges + piece.nodes + piece.edges > size) {
      yield { parts, ...rows }
      parts = []
      rows = { nodes: 0, edges: 0 }
    }
    parts.push(...piece.parts)
    rows = { nodes: rows.nodes + piece.nodes, edges: rows.edges + piece.edges }
  }
  if (parts.length > 0) yield { parts, ...rows }
}
