import type { ReconcileReport } from '@cairn/protocol'
import type { LedgerRepository } from './contracts/journal.ts'
import { NotFoundError } from './errors.ts'
import { createRetry } from './retry.ts'
import { checkStores, type StoreCheckContext } from './stores/check-stores.ts'
import type { Difference } from './stores/checked-file.ts'
import { inspectJournal } from './stores/inspect-stores.ts'
import { type RepairContext, repairStores } from './stores/repair-stores.ts'
import { waitingStorage } from './stores/waiting-storage.ts'

const mostListed = 1_000
// What one repair puts right may let the next check see further.
const mostRepairs = 3

/** What {@link reconcileRepository} works with. */
export type ReconcileContext = Omit<RepairContext, 'space' | 'retry' | 'progress'> & {
  /** Whether differences are put right or only named. */
  readonly repair: boolean
}

/** What a reconciliation found and left. */
export interface Reconciliation {
  readonly files: number
  readonly chunks: number
  readonly found: readonly Difference[]
  readonly left: readonly Difference[]
  /** Whether a run could put right what is left: part of the journal has to be made from the source. */
  readonly needsSource: boolean
}

/**
 * Compares every row of the stores with the ledger, every vector with the cache, the graph with one made
 * anew, and the journal with its own checksums, and repairs what differs; but for what only the source
 * has.
 * @throws NotFoundError `REPOSITORY_NOT_FOUND`
 */
export async function reconcileRepository(given: ReconcileContext): Promise<Reconciliation> {
  const { repository, signal } = given
  const known = await given.storage.journal.ledger.repository(repository)
  if (!known) {
    throw new NotFoundError('REPOSITORY_NOT_FOUND', `No repository "${repository}" is indexed.`)
  }
  const { fingerprint, dimensions } = known.embedder
  const space = { fingerprint, dimensions }
  const quiet = { waiting: () => undefined, warning: () => undefined }
  const retry = createRetry({ retries: given.limits.retries, progress: quiet, signal })
  const context = { ...given, storage: waitingStorage(given.storage, retry) }
  const check: StoreCheckContext = { ...context, space, depth: 'all' }
  const first = await checkStores(check)
  const found = new Map(first.differences.map((difference) => [keyOf(difference), difference]))
  let left = first.differences
  for (let round = 0; context.repair && left.length > 0 && round < mostRepairs; round++) {
    if (left.some(isOfJournal)) {
      await inspectJournal(check, { repair: true })
      // The stores are put right by what the journal says, so not before that can be trusted.
      if ((await inspectJournal(check, { repair: false })).some(isOfJournal)) {
        const { embedder, parser } = context
        const needsSource = isMadeBy(known, embedder.fingerprint, parser.fingerprint)
        return { ...first, found: [...found.values()], left, needsSource }
      }
    }
    await repairStores({ ...context, space, retry, progress: quiet }, left)
    left = (await checkStores(check)).differences
    for (const difference of left) found.set(keyOf(difference), difference)
  }
  return { ...first, found: [...found.values()], left, needsSource: false }
}

/** The report of a reconciliation, and of one that came after the run that it needed. */
export function reconcileReport(
  repository: string,
  first: Reconciliation,
  second: Reconciliation = first,
): ReconcileReport {
  const differences = [
    ...new Map(
      [...first.found, ...second.found].map((difference) => [keyOf(difference), difference]),
    ).values(),
  ]
  return {
    repository,
    checkedFiles: second.files,
    checkedChunks: second.chunks,
    missing: listed(differences, 'missing'),
    orphan: listed(differences, 'orphan'),
    altered: listed(differences, 'altered'),
    repaired: Math.max(0, differences.length - second.left.length),
    ok: second.left.length === 0,
  }
}

function keyOf({ store, id }: Difference): string {
  return `${store} ${id}`
}

function isOfJournal({ store }: Difference): boolean {
  return store === 'ledger' || store === 'text'
}

/** Whether a run now would make of the same files what is indexed of them. */
function isMadeBy(known: LedgerRepository, embedder: string, parser: string): boolean {
  return known.embedder.fingerprint === embedder && known.parserFingerprint === parser
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
