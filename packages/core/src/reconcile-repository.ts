import type { ReconcileReport } from '@cairn/protocol'
import { NotFoundError } from './errors.ts'
import { createRetry } from './retry.ts'
import { checkStores, type Difference } from './stores/check-stores.ts'
import { type RepairContext, repairStores } from './stores/repair-stores.ts'

const mostListed = 1_000

/** What {@link reconcileRepository} works with. */
export type ReconcileContext = Omit<RepairContext, 'space' | 'retry' | 'progress'> & {
  /** Whether differences are put right or only named. */
  readonly repair: boolean
}

/**
 * Compares every row of the stores with the ledger, every vector with the cache, and repairs what
 * differs.
 * @throws NotFoundError `REPOSITORY_NOT_FOUND`
 */
export async function reconcileRepository(context: ReconcileContext): Promise<ReconcileReport> {
  const { storage, repository, signal } = context
  const known = await storage.journal.ledger.repository(repository)
  if (!known) {
    throw new NotFoundError('REPOSITORY_NOT_FOUND', `No repository "${repository}" is indexed.`)
  }
  const { fingerprint, dimensions } = known.embedder
  const space = { fingerprint, dimensions }
  const quiet = { waiting: () => undefined, warning: () => undefined }
  const retry = createRetry({ retries: context.limits.retries, progress: quiet, signal })
  const vectorSample = Number.POSITIVE_INFINITY
  const check = { storage, repository, space, retry, signal, vectorSample }
  const found = await checkStores(check)
  const { differences } = found
  let left = differences.length
  if (context.repair && left > 0) {
    await repairStores({ ...context, space, retry, progress: quiet }, differences)
    left = (await checkStores(check)).differences.length
  }
  return {
    repository,
    checkedFiles: found.files,
    checkedChunks: found.chunks,
    missing: listed(differences, 'missing'),
    orphan: listed(differences, 'orphan'),
    altered: listed(differences, 'altered'),
    repaired: Math.max(0, differences.length - left),
    ok: left === 0,
  }
}

function listed(
  differences: readonly Difference[],
  kind: Difference['kind'],
): { store: Difference['store']; id: string; path: string | null }[] {
  return differences
    .filter((difference) => difference.kind === kind)
    .slice(0, mostListed)
    .map(({ store, id, path }) => ({ store, id, path }))
}
