/**
 * cairn, batteries included: `createIndexer()` with a SQLite store and a built-in embedder, and
 * everything that a host needs to use or extend it.
 * @packageDocumentation
 */
export * from '@cairn/core'
export { type StaticEmbedderOptions, staticEmbedder } from '@cairn/embedder-static'
export {
  type EmbeddingMetrics,
  type EmbeddingProgress,
  type ErrorCode,
  type Eta,
  type Explanation,
  errorCodes,
  type FileCounts,
  type FileOutcome,
  type Freshness,
  foldStatus,
  type Health,
  type HitNeighbours,
  type IndexEvent,
  type IndexEventMap,
  type IndexEventOf,
  type IndexEventType,
  type IndexingError,
  isTerminal,
  type LogEntry,
  type LogLevel,
  type NeighbourReference,
  type PlanDocument,
  type PlanTotals,
  type ReconcileReport,
  type RemovalReport,
  type SearchHit,
  type SkipReason,
  type SourceDescription,
  type Stage,
  type StageMetrics,
  type StageProgress,
  type StatusDocument,
  stages,
  type TaskStatus,
  type WorkingStage,
  workingStages,
} from '@cairn/protocol'
export { type SqliteOptions, type SqliteStorage, sqlite } from '@cairn/store-sqlite'
export { type CairnOptions, createIndexer } from './create-indexer.ts'
