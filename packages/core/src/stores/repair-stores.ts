import { chunkId, parseChunkId } from '../content-ids.ts'
import type { VectorSpace } from '../contracts/vector-store.ts'
import { createGuardedEmbedder, type GuardContext } from '../embedding/guarded-embedder.ts'
import { createGraphBuilder } from '../graph/graph-builder.ts'
import type { MemoryGate } from '../memory-gate.ts'
import type { Parser } from '../parsing/parser.ts'
import { batches } from './batches.ts'
import type { Difference } from './checked-file.ts'
import { inspectJournal, inspectStores } from './inspect-stores.ts'
import { ledgerFiles } from './read-ledger.ts'
import type { StoreContext } from './store-context.ts'
import { writeGraph, writeVectors } from './write-rows.ts'

/** What a repair works with. */
export type RepairContext = StoreContext &
  GuardContext & { readonly parser: Parser; readonly memory: MemoryGate }

const filePage = 50

/**
 * Puts right what {@link checkStores} found, from the journal: texts and symbols from the spool,
 * vectors from the cache; only a text that the cache has lost is embedded again. What the journal itself
 * lost is left to a run, which has the source.
 */
export async function repairStores(
  context: RepairContext,
  differences: readonly Difference[],
): Promise<void> {
  const { storage, repository, signal, retry } = context
  const of = (store: Difference['store'], ...kinds: readonly Difference['kind'][]): Difference[] =>
    differences.filter(
      (difference) => difference.store === store && kinds.includes(difference.kind),
    )

  if (differences.some(({ store }) => store !== 'vectors' && store !== 'graph')) {
    await inspectJournal(context, { repair: true })
  }
  // First of all, so that nothing is written beside what is not whole.
  if (differences.some(({ store }) => store === 'vectors' || store === 'graph')) {
    await inspectStores(context, { repair: true })
  }
  await deleteVectors(context, of('vectors', 'orphan'))
  // An owner with too much is written anew; one with too little needs only what it lacks.
  const owners = of('graph', 'orphan', 'altered').map(({ id }) => id)
  for (const batch of batches(owners, storage.graph.maxBatch)) {
    await storage.graph.deleteOwners(repository, batch, { signal })
  }

  const wrongVectors = versionsOf([
    ...of('vectors', 'missing', 'altered'),
    ...of('cache', 'missing', 'altered'),
  ])
  for (const versions of batches([...wrongVectors], filePage)) {
    const files = await storage.journal.spool.files(versions)
    await embedUncached(context, versions)
    await writeVectors(context, files)
  }
  const wrongText = versionsOf(of('text', 'missing'))
  for (const versions of batches([...wrongText], filePage)) {
    await retry('the journal', () => storage.journal.text.restore(versions))
  }
  const paths = new Set(of('graph', 'missing', 'altered').flatMap(({ path }) => path ?? []))
  if (paths.size > 0) await repairGraph(context, paths)
}

async function deleteVectors(
  { storage, space: own, signal }: RepairContext,
  orphans: readonly Difference[],
): Promise<void> {
  const { vectors } = storage
  const bySpace = new Map<string, { space: VectorSpace; ids: string[] }>()
  for (const { id, space = own } of orphans) {
    const entry = bySpace.get(space.fingerprint) ?? { space, ids: [] }
    bySpace.set(space.fingerprint, entry)
    entry.ids.push(id)
  }
  for (const { space, ids } of bySpace.values()) {
    for (const batch of batches(ids, vectors.maxBatch)) {
      await vectors.delete(space, batch, { signal })
    }
  }
}

function versionsOf(differences: readonly Difference[]): Set<string> {
  return new Set(differences.flatMap(({ id }) => parseChunkId(id)?.version ?? []))
}

async function repairGraph(context: RepairContext, paths: ReadonlySet<string>): Promise<void> {
  const { storage, repository, parser, memory, signal } = context
  const versions = new Map<string, string>()
  for await (const file of ledgerFiles(storage.journal.ledger, repository))
    versions.set(file.path, file.version)
  const { spool } = storage.journal
  const wanted = [...paths].flatMap((path) => versions.get(path) ?? [])
  const builder = createGraphBuilder({
    repository,
    spool,
    versions,
    languages: parser.languages,
    maxRows: storage.graph.maxBatch,
    memory,
    files: wanted.length,
  })
  try {
    for (const page of batches(wanted, filePage)) {
      const options = { withNodes: true, signal }
      await writeGraph(context, await builder.build(await spool.files(page), options))
    }
  } finally {
    await builder.close()
  }
}

/** Embeds the texts of these versions that the cache has lost. */
async function embedUncached(context: RepairContext, versions: readonly string[]): Promise<void> {
  const { storage, space, embedder, signal } = context
  if (embedder.fingerprint !== space.fingerprint) return
  const embed = createGuardedEmbedder(context)
  for (const { version, chunks: spooled } of await storage.journal.spool.chunks(versions)) {
    signal.throwIfAborted()
    const hashes = spooled.map((chunk) => chunk.textHash)
    const cached = await storage.journal.cache.get(space.fingerprint, hashes)
    const lost = spooled.filter((_, index) => !cached[index])
    if (lost.length === 0) continue
    const chunks = await storage.journal.text.chunks(
      lost.map((chunk) => chunkId(version, chunk.ordinal)),
    )
    const found = chunks.flatMap((chunk) => chunk ?? [])
    const vectors = await embed(
      found.map(({ context: heading, text }) => (heading === '' ? text : `${heading}\n${text}`)),
    )
    const entries = found.flatMap(({ textHash }, index) => {
      const vector = vectors[index]
      return vector instanceof Float32Array ? [{ textHash, vector }] : []
    })
    await storage.journal.cache.put(space.fingerprint, entries)
  }
}
