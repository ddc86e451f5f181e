import type { RemovalReport } from '@cairn/protocol'
import type { Storage } from './contracts/storage.ts'
import { CairnError, CancelledError, NotFoundError, StoreError, typedErrors } from './errors.ts'

/**
 * Removes a repository from every store, the ledger last: a removal that is cut short can be asked
 * again.
 * @throws NotFoundError `REPOSITORY_NOT_FOUND`
 * @throws CancelledError, StoreError which say so where rows may be gone already
 */
export async function removeRepository(
  storage: Storage,
  repository: string,
  signal: AbortSignal,
): Promise<RemovalReport> {
  const { journal, vectors, graph } = storage
  let hasBegun = false
  try {
    return await typedErrors(signal, 'STORE_FAILED', async () => {
      if (!(await journal.ledger.repository(repository))) {
        throw new NotFoundError('REPOSITORY_NOT_FOUND', `No repository "${repository}" is indexed.`)
      }
      signal.throwIfAborted()
      hasBegun = true
      const removedVectors = await vectors.removeRepository(repository, { signal })
      const { nodes, edges } = await graph.removeRepository(repository, { signal })
      signal.throwIfAborted()
      const { files, chunks } = await journal.ledger.remove(repository)
      return { repository, removed: { files, chunks, vectors: removedVectors, nodes, edges } }
    })
  } catch (error) {
    throw hasBegun && CairnError.isInstance(error) ? leftHalfDone(repository, error) : error
  }
}

/** The same error, which also says in what state the repository is now and how to go on. */
function leftHalfDone(repository: string, error: CairnError): CairnError {
  const message = `${error.message} Removing "${repository}" was left half done: some of its rows may be gone, and it still counts as indexed. Remove it again to finish, or index or reconcile it to make it whole.`
  const options = { recoverable: error.recoverable, cause: error }
  return error.code === 'CANCELLED'
    ? new CancelledError(message, options)
    : new StoreError(error.code, message, options)
}
