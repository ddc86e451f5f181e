/** The suites as data, for other test runners than vitest. */
export type {
  ConformanceCase,
  OpenedSubject,
  StoreConformanceOptions,
} from './conformance-case.ts'
export { embedderCases } from './embedder/embedder-cases.ts'
export type { EmbedderConformanceOptions, OpenedEmbedder } from './embedder/embedder-subject.ts'
export { graphStoreCases } from './graph-store/graph-store-cases.ts'
export { journalCases } from './journal/journal-cases.ts'
export type {
  JournalConformanceOptions,
  JournalPair,
  OpenedJournal,
} from './journal/journal-subject.ts'
export { statusServerCases } from './status-server/status-server-cases.ts'
export type {
  OpenedStatusServer,
  StatusServerConformanceOptions,
} from './status-server/status-server-subject.ts'
export { vectorStoreCases } from './vector-store/vector-store-cases.ts'
