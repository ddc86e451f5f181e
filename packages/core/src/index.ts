export type { Embedder, EmbedOptions } from './contracts/embedder.ts'
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
