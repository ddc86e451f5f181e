export type { RuntimeName } from './find-runtime.ts'
export type {
  Device,
  Dtype,
  ModelProgress,
  Pooling,
  TransformersOptions,
} from './options.ts'
export { type TransformersEmbedder, transformers } from './transformers.ts'
