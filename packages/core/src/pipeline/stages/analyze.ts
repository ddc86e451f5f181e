import type { IndexingError, PlanTotals } from '@cairn/protocol'
import { versionId } from '../../content-ids.ts'
import type { Journal, LedgerRepository, PlannedFile } from '../../contracts/journal.ts'
import type { SourceTree } from '../../contracts/source-file.ts'
import { ledgerFiles } from '../../stores/read-ledger.ts'

/** A file as the ledger has it. */
export interface IndexedFile {
  readonly version: string
  readonly contentHash: string
  readonly language: string
  /** Whether it is indexed again though it is the same: a chunk has no vector, or the journal was altered. */
  readonly isDueAgain: boolean
  /** Whether what the ledger says of it is what was committed. */
  readonly isTrusted: boolean
}

/** The state of the repository as the ledger has it. */
export interface LedgerState {
  readonly repository: LedgerRepository | null
  /** By path. */
  readonly files: ReadonlyMap<string, IndexedFile>
}

/** What is to be done with each file, and the state the run leads to. */
export interface Plan {
  readonly totals: PlanTotals
  /** Path → file version once every planned file is indexed. */
  readonly versions: ReadonlyMap<string, string>
}

// Of a page in the making all is alive: small ones leave less to what V8 takes for lasting.
const planPage = 100

/** Reads what is indexed now: the plan compares with it. */
export async function readLedger(
  ledger: Journal['ledger'],
  repository: string,
): Promise<LedgerState> {
  const summary = await ledger.repository(repository)
  const files = new Map<string, IndexedFile>()
  for await (const file of ledgerFiles(ledger, repository)) {
    const { path, version, contentHash, language } = file
    const isTrusted = file.isAltered !== true
    const isDueAgain = file.failedChunks.length > 0 || !isTrusted
    files.set(path, { version, contentHash, language, isDueAgain, isTrusted })
  }
  return { repository: summary, files }
}

/** What a listing may take from the ledger without looking at the file. */
function knownFile({ files }: LedgerState, path: string): IndexedFile | undefined {
  const file = files.get(path)
  return file?.isTrusted ? file : undefined
}

/**
 * Decides about each file of a tree by its content, never by its time: `unchanged` is what the
 * ledger has in the same version and embedded by the same embedder. `emit` gets the plan in pages.
 */
export async function makePlan(options: {
  readonly repository: string
  readonly tree: SourceTree
  readonly ledger: LedgerState
  readonly parserFingerprint: string
  readonly embedderFingerprint: string
  readonly signal: AbortSignal
  readonly onListed: (listed: number, total: number | null, path: string) => void
  /** `errors` has, by path, why files of the page could not be read. */
  readonly emit: (
    files: readonly PlannedFile[],
    errors: ReadonlyMap<string, IndexingError>,
  ) => Promise<void>
}): Promise<Plan> {
  const { repository, tree, ledger, signal, emit } = options
  const isSameEmbedder = ledger.repository?.embedder.fingerprint === options.embedderFingerprint
  const totals = { files: 0, index: 0, unchanged: 0, skip: 0, delete: 0, bytes: 0 }
  const filesByLanguage: Record<string, number> = {}
  const bytesByLanguage: Record<string, number> = {}
  const skippedByReason: Record<string, number> = {}
  const versions = new Map<string, string>()
  /** Paths that the ledger has and that are skipped now. */
  const droppedPaths = new Set<string>()
  let page: PlannedFile[] = []
  let errors = new Map<string, IndexingError>()

  // While a page is stored the next one is listed; more than one does not wait in memory.
  let emitting: Promise<void> = Promise.resolve()
  const emitPage = async (): Promise<void> => {
    await emitting
    emitting = emit(page, errors)
    // Met where it is awaited.
    emitting.catch(() => undefined)
    page = []
    errors = new Map()
  }
  const plan = async (file: PlannedFile): Promise<void> => {
    page.push(file)
    if (page.length >= planPage) await emitPage()
  }

  let listed = 0
  let total: number | null = null
  const onProgress = (_: number, of: number | null): void => {
    total = of
  }
  try {
    const known = (path: string): IndexedFile | undefined => knownFile(ledger, path)
    for await (const entry of tree.list({ signal, onProgress, known })) {
      signal.throwIfAborted()
      const { path, language, sizeBytes } = entry.file
      totals.files++
      listed++
      options.onListed(listed, total, path)
      if (entry.kind === 'skipped') {
        const { reason, detail, error } = entry.file
        totals.skip++
        skippedByReason[reason] = (skippedByReason[reason] ?? 0) + 1
        if (ledger.files.has(path)) droppedPaths.add(path)
        if (error) errors.set(path, error)
        await plan({ path, language, sizeBytes, action: 'skip', reason, detail })
        continue
      }
      const { contentHash } = entry.file
      const version = versionId(repository, path, contentHash, options.parserFingerprint)
      const known = ledger.files.get(path)
      const isUnchanged = isSameEmbedder && known?.version === version && !known.isDueAgain
      totals[isUnchanged ? 'unchanged' : 'index']++
      if (!isUnchanged) totals.bytes += entry.file.sizeBytes
      filesByLanguage[entry.file.language] = (filesByLanguage[entry.file.language] ?? 0) + 1
      bytesByLanguage[entry.file.language] =
        (bytesByLanguage[entry.file.language] ?? 0) + entry.file.sizeBytes
      versions.set(path, version)
      await plan({
        path,
        language,
        sizeBytes,
        action: isUnchanged ? 'unchanged' : 'index',
        contentHash,
        version,
      })
    }
    for (const path of ledger.files.keys()) {
      if (versions.has(path) || droppedPaths.has(path)) continue
      totals.delete++
      await plan({ path, language: null, sizeBytes: null, action: 'delete' })
    }
    if (page.length > 0) await emitPage()
  } finally {
    await emitting
  }
  return {
    totals: { ...totals, filesByLanguage, bytesByLanguage, skippedByReason },
    versions,
  }
}
