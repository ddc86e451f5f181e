import type { RepositoryInfo } from '@cairn/protocol'
import type { LedgerSummary } from './contracts/journal.ts'

/** A repository of the ledger as it is shown: without what only a run needs. */
export function repositoryInfo(summary: LedgerSummary): RepositoryInfo {
  const { about, embedder, languages } = summary
  return {
    name: summary.name,
    source: summary.source,
    ref: summary.ref,
    commit: summary.commit,
    files: summary.files,
    chunks: summary.chunks,
    symbols: summary.symbols,
    edges: summary.edges,
    languages: { ...languages },
    embedder: { ...embedder },
    indexedAt: summary.indexedAt,
    sizeBytes: summary.sizeBytes,
    priority: about?.priority ?? null,
    businessDomain: about?.businessDomain ?? null,
    teamOwner: about?.teamOwner ?? null,
    isGoldenRepo: about?.isGoldenRepo ?? null,
  }
}
