import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { batchByLength } from './batches.ts'
import type { InstalledRuntime } from './find-runtime.ts'
import { loadRuntime, type Runtime, type Session } from './load-runtime.ts'
import { ModelError } from './model-error.ts'
import {
  descriptionFiles,
  externalDataFile,
  hasExternalData,
  memberOf,
  weightsFile,
} from './model-files.ts'
import type { Pooling } from './options.ts'
import { poolStates } from './pool-states.ts'
import { readJson } from './read-json.ts'
import type { Settings } from './settings.ts'
import { createTextTokenizer, type TokenizedText } from './tokens.ts'

/** What a worker needs to open a model; plain data. */
export interface ModelPlan
  extends Pick<Settings, 'model' | 'dtype' | 'device' | 'pooling' | 'maxTokens' | 'dimensions'> {
  readonly runtime: InstalledRuntime
  readonly folder: string
  readonly threads: number
  /** Tokens of a batch, padding included; null: every text goes through the model alone. */
  readonly tokenBudget: number | null
}

/** What is known of a model once it is open. */
export interface ModelDescription {
  readonly dimensions: number
  readonly maxTokens: number
  /** Names and versions of all that computes. */
  readonly runtime: string
  /** SHA-256 of the names and bytes of all files. */
  readonly filesDigest: string
}

/** Vectors of texts, one after the other. */
export interface EmbeddedTexts {
  readonly vectors: Float32Array<ArrayBuffer>
  /** How many of the texts had more tokens than the model looks at. */
  readonly truncated: number
}

/** A model in memory. */
export interface OpenModel extends ModelDescription {
  /** Stops between two batches once `isCancelled` says so; the rest of the vectors is then zero. */
  embed(texts: readonly string[], isCancelled: () => boolean): Promise<EmbeddedTexts>
  close(): Promise<void>
}

// Roberta counts positions from the padding token on.
const positionOffsets: Readonly<Record<string, number>> = { roberta: 2, 'xlm-roberta': 2 }

/**
 * Opens the model of a folder and runs it once, so that what does not fit together shows now.
 * Computes on the thread that calls it.
 * @throws ModelError `EMBEDDER_UNAVAILABLE` when a file is not whole or does not fit the others.
 * @throws ModelError `INVALID_OPTIONS` when `maxTokens` is more than the model has positions for.
 */
export async function openModel(plan: ModelPlan): Promise<OpenModel> {
  const { folder, dtype, model } = plan
  const runtime = await loadRuntime(plan.runtime)
  const [config, tokenizer, tokenizerConfig] = await Promise.all([
    readJson(join(folder, 'config.json')),
    readJson(join(folder, 'tokenizer.json')),
    readJson(join(folder, 'tokenizer_config.json')),
  ])
  const limit = positionsOf(config)
  const maxTokens = plan.maxTokens ?? limit ?? 512
  if (limit !== null && maxTokens > limit) {
    throw new ModelError(
      'INVALID_OPTIONS',
      `maxTokens is ${maxTokens}; the model ${model} looks at ${limit} at most.`,
    )
  }
  const unusable = (what: string, cause?: unknown): ModelError =>
    new ModelError(
      'EMBEDDER_UNAVAILABLE',
      `The model ${model} in ${folder} ${what}; remove the folder and get it again.`,
      cause,
    )
  const tokenize = await attempt(
    async () =>
      createTextTokenizer(
        await runtime.openTokenizer({ folder, tokenizer, config: tokenizerConfig }),
        maxTokens,
      ),
    (cause) => unusable('has a tokenizer that cannot be used', cause),
  )
  const weights = join(folder, weightsFile(dtype))
  const session = await attempt(
    () => runtime.openSession(weights, plan.device, plan.threads),
    (cause) =>
      unusable(`has weights that ONNX Runtime cannot open on the device ${plan.device}`, cause),
  )
  try {
    const highestId = highestIdOf(tokenizer)
    const vocabulary = memberOf(config, 'vocab_size')
    if (typeof vocabulary === 'number' && highestId >= vocabulary) {
      throw unusable(
        `has a tokenizer with the token ${highestId} and a config.json with ${vocabulary} tokens`,
      )
    }
    const run = createRun(runtime, session, padIdOf(config))
    const states = await attempt(
      () => run([[highestId]]),
      (cause) => unusable('has weights that do not take the tokens of its tokenizer', cause),
    )
    const expected = plan.dimensions ?? memberOf(config, 'hidden_size')
    for (const width of [expected, memberOf(config, 'hidden_size')]) {
      if (typeof width === 'number' && width !== states.width) {
        throw unusable(`has weights for vectors of ${states.width} dimensions, not ${width}`)
      }
    }
    const data = hasExternalData(config) ? [externalDataFile(dtype)] : []
    return {
      dimensions: states.width,
      maxTokens,
      runtime: runtime.version,
      filesDigest: await digestOf(folder, [...descriptionFiles, weightsFile(dtype), ...data]),
      embed: (texts, isCancelled) =>
        embedTexts(texts.map(tokenize), {
          run,
          width: states.width,
          pooling: plan.pooling,
          tokenBudget: plan.tokenBudget,
          isCancelled,
        }),
      close: async () => session.release?.(),
    }
  } catch (error) {
    await session.release?.()
    throw error
  }
}

interface States {
  readonly data: Float32Array
  /** Rows of each text, padding included. */
  readonly rows: number
  readonly width: number
}

type Run = (texts: readonly (readonly number[])[]) => Promise<States>

/** Puts texts through the model together, padded at the end to the longest of them. */
function createRun(runtime: Runtime, session: Session, padId: bigint): Run {
  return async (texts) => {
    const rows = Math.max(...texts.map((ids) => ids.length))
    const shape = [texts.length, rows]
    const ids = new BigInt64Array(texts.length * rows).fill(padId)
    const mask = new BigInt64Array(texts.length * rows)
    for (const [index, text] of texts.entries()) {
      for (const [row, id] of text.entries()) ids[index * rows + row] = BigInt(id)
      mask.fill(1n, index * rows, index * rows + text.length)
    }
    const inputs = {
      input_ids: runtime.tensor(ids, shape),
      attention_mask: runtime.tensor(mask, shape),
      token_type_ids: runtime.tensor(new BigInt64Array(ids.length), shape),
    }
    const wanted = Object.entries(inputs).filter(([name]) => session.inputNames.includes(name))
    const outputs = await session.run(Object.fromEntries(wanted))
    const states = outputs.last_hidden_state ?? outputs[session.outputNames[0] ?? '']
    const [count, length, width] = states?.dims ?? []
    if (
      !(states?.data instanceof Float32Array) ||
      count !== texts.length ||
      length !== rows ||
      width === undefined
    ) {
      const got = `${states?.type} of [${states?.dims.join(', ')}]`
      throw new Error(`The model gave ${got}, not a float32 state for each token.`)
    }
    return { data: states.data, rows, width }
  }
}

interface EmbedTextsContext {
  readonly run: Run
  readonly width: number
  readonly pooling: Pooling
  readonly tokenBudget: number | null
  isCancelled(): boolean
}

async function embedTexts(
  texts: readonly TokenizedText[],
  { run, width, pooling, tokenBudget, isCancelled }: EmbedTextsContext,
): Promise<EmbeddedTexts> {
  const vectors = new Float32Array(texts.length * width)
  const idsOf = (index: number): readonly number[] => texts[index]?.ids ?? []
  const lengths = texts.map(({ ids }) => ids.length)
  for (const batch of batchByLength(lengths, tokenBudget)) {
    if (isCancelled()) break
    const states = await run(batch.map(idsOf))
    for (const [place, index] of batch.entries()) {
      const start = place * states.rows * width
      const of = { states: states.data, start, tokens: idsOf(index).length, width }
      if (!poolStates(of, pooling, vectors, index * width)) {
        throw new ModelError('EMBEDDING_FAILED', 'The model gave a vector without direction.')
      }
    }
  }
  return { vectors, truncated: texts.filter(({ isTruncated }) => isTruncated).length }
}

async function attempt<T>(
  work: () => Promise<T>,
  fail: (cause: unknown) => ModelError,
): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    throw fail(cause)
  }
}

function positionsOf(config: unknown): number | null {
  const positions = memberOf(config, 'max_position_embeddings') ?? memberOf(config, 'n_positions')
  if (typeof positions !== 'number') return null
  return positions - (positionOffsets[String(memberOf(config, 'model_type'))] ?? 0)
}

function padIdOf(config: unknown): bigint {
  const id = memberOf(config, 'pad_token_id')
  return typeof id === 'number' ? BigInt(id) : 0n
}

/** Of the vocabulary as tokenizer.json has it: by token, or a list, and what was added to it. */
function highestIdOf(tokenizerFile: unknown): number {
  const vocabulary = memberOf(memberOf(tokenizerFile, 'model'), 'vocab')
  const added = memberOf(tokenizerFile, 'added_tokens')
  let highest = Array.isArray(vocabulary) ? vocabulary.length - 1 : 0
  const ids = [
    ...(Array.isArray(vocabulary) ? [] : Object.values(vocabulary ?? {})),
    ...(Array.isArray(added) ? added.map((token) => memberOf(token, 'id')) : []),
  ]
  for (const id of ids) if (typeof id === 'number' && id > highest) highest = id
  return highest
}

async function digestOf(folder: string, files: readonly string[]): Promise<string> {
  const whole = createHash('sha256')
  // One for all: the pieces of a stream stay until the garbage collector comes, which here is the weights again.
  const piece = Buffer.allocUnsafeSlow(1 << 18)
  for (const file of files) {
    const hash = createHash('sha256')
    const opened = await open(join(folder, file))
    try {
      for (;;) {
        const { bytesRead } = await opened.read(piece)
        if (bytesRead === 0) break
        hash.update(piece.subarray(0, bytesRead))
      }
    } finally {
      await opened.close()
    }
    whole.update(`${file} ${hash.digest('hex')}\n`)
  }
  return whole.digest('hex')
}
