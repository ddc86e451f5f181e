export type { Embedder, EmbedOptions } from './contracts/embedder.ts'
export type * from './contracts/graph-store.ts'
export type * from './contracts/journal.ts'
export type * from './contracts/language.ts'
export type * from './contracts/parsed-file.ts'
export type * from './contracts/source-file.ts'
export type * from './contracts/storage.ts'
export type * from './contracts/vector-store.ts'
export {
  CairnError,
  type CairnErrorOptions,
  CancelledError,
  EmbedderError,
  FileError,
  InvalidOptionsError,
  NotFoundError,
  RepositoryBusyError,
  SourceError,
  StoreError,
  toCairnError,
} from './errors.ts'
