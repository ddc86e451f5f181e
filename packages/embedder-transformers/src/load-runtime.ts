import { realpathSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, dirname } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { InstalledRuntime } from './find-runtime.ts'
import { ModelError } from './model-error.ts'
import { memberOf } from './model-files.ts'
import type { Device } from './options.ts'

/** Ids of the tokens of a text. */
export type Tokenize = (
  text: string,
  options: { readonly withMarkers: boolean },
) => readonly number[]

/** What is used of the tensors of ONNX Runtime. */
export interface Tensor {
  readonly type: string
  readonly data: unknown
  readonly dims: readonly number[]
}

/** What is used of the sessions of ONNX Runtime. */
export interface Session {
  readonly inputNames: readonly string[]
  readonly outputNames: readonly string[]
  run(inputs: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>
  release?(): Promise<void>
}

/** What a tokenizer is made of. */
export interface TokenizerFiles {
  readonly folder: string
  /** Of its `tokenizer.json`. */
  readonly tokenizer: unknown
  /** Of its `tokenizer_config.json`. */
  readonly config: unknown
}

/** The two parts of a runtime that embedding needs. */
export interface Runtime {
  /** Names and versions of all that computes, for fingerprints. */
  readonly version: string
  /** @throws when the files of the folder do not describe a tokenizer. */
  openTokenizer(files: TokenizerFiles): Promise<Tokenize>
  openSession(weights: string, device: Device, threads: number): Promise<Session>
  /** A tensor of int64. */
  tensor(values: BigInt64Array, dims: readonly number[]): Tensor
}

interface TokenizersModule {
  readonly Tokenizer: new (
    file: unknown,
    config: unknown,
  ) => {
    encode(
      text: string,
      options: { readonly add_special_tokens: boolean },
    ): { readonly ids: readonly number[] }
  }
}

interface PredecessorModule {
  readonly env: Record<string, unknown>
  readonly AutoTokenizer: {
    from_pretrained(
      name: string,
      options: Readonly<Record<string, boolean>>,
    ): Promise<
      (
        text: string,
        options: Readonly<Record<string, boolean>>,
      ) => { readonly input_ids: readonly number[] }
    >
  }
}

interface OnnxModule {
  readonly env: Record<string, unknown>
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => Tensor
  readonly InferenceSession: {
    create(path: string, options: Readonly<Record<string, unknown>>): Promise<Session>
  }
}

const onlyFatal = 4

/**
 * Loads what is used of an installed runtime into this thread: its tokenizer and the ONNX Runtime that it
 * depends on, so that both runtimes behave alike: docs/decisions/0017.
 * @throws ModelError `EMBEDDER_UNAVAILABLE` when it is installed but does not load.
 */
export async function loadRuntime({ name, entry }: InstalledRuntime): Promise<Runtime> {
  const requireFromRuntime = createRequire(realpathSync(entry))
  const load = async (module: string): Promise<{ loaded: unknown; version: string }> => ({
    loaded: requireFromRuntime(module),
    version: `${module}@${await versionOf(requireFromRuntime.resolve(module))}`,
  })
  try {
    const onnx = await load('onnxruntime-node')
    const { InferenceSession, Tensor } = onnx.loaded as OnnxModule
    const runtime = `${name}@${await versionOf(entry)}`
    const sessions = {
      openSession: (weights: string, device: Device, threads: number) =>
        InferenceSession.create(weights, {
          executionProviders: [device],
          intraOpNumThreads: threads,
          interOpNumThreads: 1,
          // Plans the memory of inputs of one shape; those of texts differ, and every plan is kept.
          enableMemPattern: false,
          logSeverityLevel: onlyFatal,
        }),
      tensor: (values: BigInt64Array, dims: readonly number[]) => new Tensor('int64', values, dims),
    }
    if (name === '@xenova/transformers') {
      const module = (await import(pathToFileURL(entry).href)) as PredecessorModule
      return {
        ...sessions,
        version: `${runtime} ${onnx.version}`,
        openTokenizer: ({ folder }) => openWithPredecessor(module, folder),
      }
    }
    // All that it does with a text, without its pipelines, images and audio in every worker.
    const tokenizers = await load('@huggingface/tokenizers')
    return {
      ...sessions,
      version: `${runtime} ${tokenizers.version} ${onnx.version}`,
      async openTokenizer(files) {
        const { Tokenizer } = tokenizers.loaded as TokenizersModule
        const tokenizer = new Tokenizer(files.tokenizer, files.config)
        return (text, { withMarkers }) =>
          tokenizer.encode(text, { add_special_tokens: withMarkers }).ids
      },
    }
  } catch (cause) {
    throw new ModelError(
      'EMBEDDER_UNAVAILABLE',
      `${name} is installed but does not load on this machine; install it again.`,
      cause,
    )
  }
}

async function openWithPredecessor(
  { env, AutoTokenizer }: PredecessorModule,
  folder: string,
): Promise<Tokenize> {
  env.allowRemoteModels = false
  env.localModelPath = `${dirname(folder)}/`
  const tokenizer = await AutoTokenizer.from_pretrained(basename(folder), {
    local_files_only: true,
  })
  return (text, { withMarkers }) =>
    tokenizer(text, {
      add_special_tokens: withMarkers,
      padding: false,
      truncation: false,
      return_tensor: false,
    }).input_ids
}

// The main file may stand at any depth, and a package need not let its package.json be imported.
async function versionOf(entry: string): Promise<string> {
  for (let folder = dirname(entry); folder !== dirname(folder); folder = dirname(folder)) {
    const text = await readFile(`${folder}/package.json`, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
      throw error
    })
    const version = text === null ? undefined : memberOf(JSON.parse(text), 'version')
    if (typeof version === 'string') return version
  }
  throw new Error(`${entry} belongs to no package.`)
}
