import { parseChunkId } from '../content-ids.ts'
import type { CheckContext, CheckedFile, Difference } from './checked-file.ts'

const mostIds = 2_000

/** Chunks that a search by words cannot find. */
export async function checkText(
  { storage, repository }: CheckContext,
  byVersion: ReadonlyMap<string, CheckedFile>,
): Promise<Difference[]> {
  const ids = await storage.journal.text.unindexed(repository, mostIds)
  return ids.map((id) => {
    const path = byVersion.get(parseChunkId(id)?.version ?? '')?.path ?? null
    return { kind: 'missing', store: 'text', id, path }
  })
}
