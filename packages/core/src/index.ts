export type { Embedder, EmbedderWait, EmbedOptions } from './contracts/embedder.ts'
export type * from './contracts/graph-store.ts'
export type * from './contracts/journal.ts'
export type * from './contracts/language.ts'
export type * from './contracts/parsed-file.ts'
export type * from './contracts/source-file.ts'
export type * from './contracts/storage.ts'
export type * from './contracts/vector-store.ts'
export { createIndexer } from './create-indexer.ts'
export {
  CairnError,
  type CairnErrorOptions,
  CancelledError,
  EmbedderError,
  FileError,
  InvalidOptionsError,
  NotFoundError,
  PausedError,
  RepositoryBusyError,
  type RepositoryHolder,
  SourceError,
  StoreError,
  TaskEndedError,
  toCairnError,
} from './errors.ts'
export type * from './options.ts'
export { language } from './parsing/language.ts'
export {
  createParser,
  type Parser,
  type ParserOptions,
  type ParserShare,
} from './parsing/parser.ts'
export { splitTerms } from './parsing/terms.ts'
