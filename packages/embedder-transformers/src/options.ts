import type { Embedder } from '@cairn/core'
import type { RuntimeName } from './find-runtime.ts'

/** How the states of a text's tokens become one vector: their mean, the first, or the last. */
export type Pooling = 'mean' | 'cls' | 'last'

/** Number format of the weights, which names the file: `q8` is `onnx/model_quantized.onnx`. */
export type Dtype = 'fp32' | 'fp16' | 'q8' | 'int8' | 'uint8' | 'q4' | 'q4f16' | 'bnb4'

/** What computes; all but `cpu` need a build of ONNX Runtime that has it. */
export type Device = 'cpu' | 'cuda' | 'dml' | 'coreml' | 'webgpu'

/** What happens while a model is opened, in this order. */
export type ModelProgress =
  | {
      readonly stage: 'downloading'
      /** Relative to the model's folder. */
      readonly file: string
      readonly loadedBytes: number
      /** Null where the server does not say it. */
      readonly totalBytes: number | null
    }
  | { readonly stage: 'loading'; readonly folder: string }
  | { readonly stage: 'ready' }

/** Options of `transformers`. */
export interface TransformersOptions {
  /**
   * A model known by name, for example `bge-small-en-v1.5`, or any repository `owner/name` of the
   * Hugging Face Hub that has ONNX weights; then with `pooling`.
   */
  readonly model: string
  /**
   * Folder of the model: `config.json`, `tokenizer.json`, `tokenizer_config.json`, and the weights in
   * `onnx/`. With it nothing is downloaded. @default a folder in `cacheDir`
   */
  readonly localPath?: string
  /** Where downloads are kept. @default `cairn/models` in the user's cache folder */
  readonly cacheDir?: string
  /** Whether a file that is not there may be downloaded. @default true */
  readonly allowRemote?: boolean
  /** Where downloads come from: the Hub or a mirror of it. @default 'https://huggingface.co' */
  readonly remoteHost?: string
  /** Branch, tag or commit of the model's repository. @default 'main' */
  readonly revision?: string
  /** @default 'q8' on the CPU, 'fp32' elsewhere */
  readonly dtype?: Dtype
  /** @default 'cpu' */
  readonly device?: Device
  /** @default that of the known model; needed for any other */
  readonly pooling?: Pooling
  /** Put before every query. @default that of the known model, or nothing */
  readonly queryPrefix?: string
  /** Put before every document. @default that of the known model, or nothing */
  readonly documentPrefix?: string
  /**
   * Whether the model gets `parseHeader` as `parse Header`: for tokenizers that lower case.
   * @default that of the known model, or false
   */
  readonly splitIdentifiers?: boolean
  /** Tokens of a text that are looked at, markers included. @default that of the model */
  readonly maxTokens?: number
  /**
   * Worker threads, each with the model in memory. @default on the CPU as many as there are cores and
   * as fit into half of the memory; one on other devices
   */
  readonly workers?: number
  /** Threads that compute in each worker. @default 1 */
  readonly threadsPerWorker?: number
  /** @default the one that is installed; `@huggingface/transformers` where both are */
  readonly runtime?: RuntimeName
  /** How much each half of hybrid search counts. @default that of the known model, or two to one */
  readonly fusion?: NonNullable<Embedder['fusion']>
  /** Told of the download and the loading, so that the first use does not look like a hang. */
  readonly onProgress?: (progress: ModelProgress) => void
  /** Told of every call that had texts longer than `maxTokens`: how many of them were cut. */
  readonly onTruncated?: (texts: number) => void
  /** Stops the opening; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal
}
