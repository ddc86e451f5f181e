import type { RemovalReport } from '@cairn/protocol'
import type { Storage } from './contracts/storage.ts'
import { NotFoundError } from './errors.ts'

/**
 * Removes a repository from every store, the ledger last: a removal that is cut short can be asked
 * again.
 * @throws NotFoundError `REPOSITORY_NOT_FOUND`
 */
export async function removeRepository(
  storage: Storage,
  repository: string,
  signal: AbortSignal,
): Promise<RemovalReport> {
  const { journal, vectors, graph } = storage
  if (!(await journal.ledger.repository(repository))) {
    throw new NotFoundError('REPOSITORY_NOT_FOUND', `No repository "${repository}" is indexed.`)
  }
  signal.throwIfAborted()
  const removedVectors = await vectors.removeRepository(repository, { signal })
  const { nodes, edges } = await graph.removeRepository(repository, { signal })
  const { files, chunks } = await journal.ledger.remove(repository)
  return { repository, removed: { files, chunks, vectors: removedVectors, nodes, edges } }
}
