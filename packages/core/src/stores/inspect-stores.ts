import type { StoredDifference } from '../contracts/vector-store.ts'
import type { CheckContext, Difference } from './checked-file.ts'

/** What the journal finds that was changed behind its back; repairing does what it can without the source. */
export async function inspectJournal(
  { storage, repository, space, signal }: CheckContext,
  { repair }: { readonly repair: boolean },
): Promise<readonly Difference[]> {
  return (await storage.journal.inspect?.(space, { repository, repair, signal })) ?? []
}

/** What the stores of vectors and graph find of that; repairing leaves what is then missing. */
export async function inspectStores(
  { storage, repository, space, signal }: CheckContext,
  { repair }: { readonly repair: boolean },
): Promise<Difference[]> {
  const options = { repository, repair, signal }
  const named =
    (store: Difference['store']) =>
    (found: StoredDifference): Difference => ({ ...found, store })
  return [
    ...((await storage.vectors.inspect?.(space, options)) ?? []).map(named('vectors')),
    ...((await storage.graph.inspect?.(options)) ?? []).map(named('graph')),
  ]
}
