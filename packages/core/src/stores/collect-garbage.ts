import { chunkId } from '../content-ids.ts'
import type { Garbage } from '../contracts/journal.ts'
import type { VectorSpace } from '../contracts/vector-store.ts'
import { batches } from './batches.ts'
import type { StoreContext } from './store-context.ts'

const garbagePage = 200

/** Deletes from the stores what the ledger no longer refers to, and the spool's leftovers. */
export async function collectGarbage(context: StoreContext): Promise<void> {
  const { storage, repository, signal } = context
  const { journal, vectors, graph } = storage
  for (;;) {
    signal.throwIfAborted()
    const garbage = await journal.ledger.garbage(repository, garbagePage)
    if (garbage.versions.length === 0 && garbage.edgeSets.length === 0) break
    for (const { space, ids } of chunkIdsBySpace(garbage)) {
      for (const batch of batches(ids, vectors.maxBatch)) {
        await vectors.delete(space, batch, { signal })
      }
    }
    const owners = [...garbage.versions.map(({ version }) => version), ...garbage.edgeSets]
    // A version that is garbage in one space only, after a change of embedder, still has its nodes.
    const live = await journal.ledger.live(owners)
    const dead = owners.filter((owner) => !live.has(owner))
    for (const batch of batches(dead, graph.maxBatch)) {
      await graph.deleteOwners(repository, batch, { signal })
    }
    await journal.ledger.collected(repository, garbage)
  }
  await journal.spool.sweep(repository)
}

function chunkIdsBySpace(garbage: Garbage): Iterable<{ space: VectorSpace; ids: string[] }> {
  const spaces = new Map<string, { space: VectorSpace; ids: string[] }>()
  for (const { version, chunkCount, spaces: held } of garbage.versions) {
    for (const space of held) {
      const entry = spaces.get(space.fingerprint) ?? { space, ids: [] }
      spaces.set(space.fingerprint, entry)
      for (let ordinal = 0; ordinal < chunkCount; ordinal++)
        entry.ids.push(chunkId(version, ordinal))
    }
  }
  return spaces.values()
}
