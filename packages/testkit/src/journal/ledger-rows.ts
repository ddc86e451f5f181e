import type { Journal, LedgerFile, LedgerRepository, ParsedFile, PlannedFile } from '@cairn/core'
import {
  freshEdgeSet,
  freshFingerprint,
  freshRepository,
  freshTaskId,
  freshVersion,
} from '../fresh-names.ts'

/** A file of the ledger with a version and an edge set of its own where none is given. */
export function ledgerFile(members: Partial<LedgerFile> = {}): LedgerFile {
  return {
    path: 'src/a.ts',
    language: 'typescript',
    sizeBytes: 1200,
    contentHash: 'ce013625030ba8dba906f756967f9e9ca394464a',
    version: freshVersion(),
    edgeSet: freshEdgeSet(),
    chunkCount: 3,
    failedChunks: [],
    nodeCount: 5,
    symbolCount: 4,
    edgeSetNodes: 1,
    edgeSetEdges: 7,
    syntaxErrors: 0,
    ...members,
  }
}

/** A repository as a commit takes it. */
export function ledgerRepository(members: Partial<LedgerRepository> = {}): LedgerRepository {
  return {
    name: freshRepository(),
    source: { kind: 'local', path: '/src/größe "q"', ref: null },
    selection: { include: ['src/**'], exclude: null, depth: 'full' },
    about: { priority: 'high', teamOwner: null, isGoldenRepo: true },
    ref: 'main',
    commit: '4b825dc642cb6eb9a060e54bf8d69288fbee4904',
    parserFingerprint: 'parser-1',
    embedder: { id: 'static', fingerprint: freshFingerprint(), dimensions: 4 },
    indexedAt: new Date('2026-03-04T05:06:07.089Z'),
    taskId: freshTaskId(),
    ...members,
  }
}

/** A planned file to index with a version of its own where none is given. */
export function fileToIndex(
  members: { readonly path: string } & Partial<Extract<PlannedFile, { action: 'index' }>>,
): Extract<PlannedFile, { action: 'index' }> {
  return {
    language: 'typescript',
    sizeBytes: 1200,
    action: 'index',
    contentHash: 'ce013625030ba8dba906f756967f9e9ca394464a',
    version: freshVersion(),
    ...members,
  }
}

/** One file of {@link commitParsed}. */
export interface FileToCommit {
  readonly path: string
  readonly parsed: ParsedFile
}

/** Plans, spools, stages and commits files as a run does; gives the version of each. */
export async function commitParsed(
  journal: Journal,
  repository: LedgerRepository,
  files: readonly FileToCommit[],
): Promise<string[]> {
  const runId = freshTaskId()
  const versions = files.map(freshVersion)
  const withVersions = files.map((file, index) => ({ ...file, version: versions[index] ?? '' }))
  await journal.plans.begin({ repository: repository.name, runId })
  await journal.plans.add(
    runId,
    withVersions.map(({ path, version }) => fileToIndex({ path, version })),
  )
  await journal.plans.complete(runId)
  await journal.spool.write(repository.name, withVersions)
  await journal.ledger.stage(
    runId,
    withVersions.map(({ path, version, parsed }) =>
      ledgerFile({ path, version, language: parsed.language, chunkCount: parsed.chunks.length }),
    ),
  )
  await journal.ledger.commit(runId, repository)
  return versions
}
