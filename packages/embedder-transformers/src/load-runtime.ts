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
export type Tokenize = (text: string, options: { readonly withMarkers: boolean }) => number[]

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

/** The two parts of a runtime that embedding needs. */
export interface Runtime {
  /** Names and versions of all that computes, for fingerprints. */
  readonly version: string
  openTokenizer(folder: string): Promise<Tokenize>
  openSession(weights: string, device: Device, threads: number): Promise<Session>
  /** A tensor of int64. */
  tensor(values: BigInt64Array, dims: readonly number[]): Tensor
}

type Tokenizer = (
  text: string,
  options: Readonly<Record<string, boolean>>,
) => { readonly input_ids: readonly number[] }

interface TransformersModule {
  readonly env: Record<string, unknown>
  readonly AutoTokenizer: {
    from_pretrained(name: string, options: Readonly<Record<string, boolean>>): Promise<Tokenizer>
  }
}

interface OnnxModule {
  readonly env: Record<string, unknown>
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => Tensor
  readonly InferenceSession: {
    create(path: string, options: Readonly<Record<string, unknown>>): Promise<Session>
  }
}

// Of LogLevel of @huggingface/transformers; its predecessor has no such switch.
const noMessages = 50
const onlyFatal = 4

/**
 * Loads an installed runtime into this thread. Only its tokenizer and the ONNX Runtime that it
 * depends on are used, so that both runtimes behave alike: docs/decisions/0017.
 * @throws ModelError `EMBEDDER_UNAVAILABLE` when it is installed but does not load.
 */
export async function loadRuntime({ name, entry }: InstalledRuntime): Promise<Runtime> {
  const requireFromRuntime = createRequire(realpathSync(entry))
  let transformers: TransformersModule
  let onnx: OnnxModule
  let onnxVersion: string
  try {
    transformers = (await import(pathToFileURL(entry).href)) as TransformersModule
    onnx = requireFromRuntime('onnxruntime-node') as OnnxModule
    onnxVersion = await versionOf(requireFromRuntime.resolve('onnxruntime-node'))
  } catch (cause) {
    throw new ModelError(
      'EMBEDDER_UNAVAILABLE',
      `${name} is installed but does not load on this machine; install it again.`,
      cause,
    )
  }
  const { env, AutoTokenizer } = transformers
  env.allowRemoteModels = false
  env.logLevel = noMessages
  return {
    version: `${name}@${env.version} onnxruntime-node@${onnxVersion}`,
    async openTokenizer(folder) {
      env.localModelPath = `${dirname(folder)}/`
      const tokenizer = await AutoTokenizer.from_pretrained(basename(folder), {
        local_files_only: true,
      })
      return (text, { withMarkers }) => [
        ...tokenizer(text, {
          add_special_tokens: withMarkers,
          padding: false,
          truncation: false,
          return_tensor: false,
        }).input_ids,
      ]
    },
    openSession: (weights, device, threads) =>
      onnx.InferenceSession.create(weights, {
        executionProviders: [device],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
        logSeverityLevel: onlyFatal,
      }),
    tensor: (values, dims) => new onnx.Tensor('int64', values, dims),
  }
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
