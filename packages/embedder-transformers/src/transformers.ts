import { createHash } from 'node:crypto'
import { setMaxListeners } from 'node:events'
import { type Embedder, InvalidOptionsError } from '@cairn/core'
import { withOwnSignal } from '@cairn/core/abortable'
import { findRuntime } from './find-runtime.ts'
import type { EmbeddedTexts, ModelPlan } from './open-model.ts'
import type { TransformersOptions } from './options.ts'
import { provideModel } from './provide-model.ts'
import { type Settings, settle } from './settings.ts'
import { splitIdentifiers } from './split-identifiers.ts'
import { seenCharacters } from './tokens.ts'
import { suitableWorkers } from './worker-count.ts'
import { openWorkerPool, type WorkerPool } from './worker-pool.ts'

/** A neural embedder, opened. */
export interface TransformersEmbedder extends Embedder {
  /** Names and versions of the packages that compute. */
  readonly runtime: string
  /** Worker threads at most. */
  readonly workers: number
  close(): Promise<void>
}

// Of the steps between a text and its vector that are written here.
const algorithmVersion = 1

// Texts of a task: few enough that a query does not wait long, and enough to fill batches.
const textsPerTask = { alone: 4, batched: 64 }
// Tokens of a batch, padding included. Quantised weights take texts alone: padding changes their vectors.
const tokenBudgets = { cpu: 2048, accelerator: 16_384 }

/**
 * Opens a neural model and resolves to an embedder that runs it in worker threads. The first use of a
 * model downloads it, unless `localPath` names its folder; `onProgress` tells how far it is.
 *
 * The workers do not keep the process alive; `close()` ends them.
 * @throws InvalidOptionsError when an option is not of the documented shape, or the model is not known
 *   and `pooling` is missing.
 * @throws EmbedderError `EMBEDDER_UNAVAILABLE` when no runtime is installed, the model cannot be had,
 *   or a file of it is missing, not whole or of another model; recoverable where the network failed.
 */
export async function transformers(options: TransformersOptions): Promise<TransformersEmbedder> {
  const settings = settle(options)
  const { signal, onProgress, onTruncated, threadsPerWorker = 1 } = options
  signal?.throwIfAborted()
  const runtime = findRuntime(options.runtime)
  const { dtype, device, source } = settings
  const weightsBytes = await provideModel(settings, options)
  onProgress?.({ stage: 'loading', folder: source.folder })
  const workers = options.workers ?? suitableWorkers(weightsBytes, device)
  const { tokenBudget, taskTexts } = batchingOf(settings)
  const { model, pooling, maxTokens, dimensions } = settings
  const plan: ModelPlan = {
    ...{ model, dtype, device, pooling, maxTokens, dimensions, tokenBudget, runtime },
    folder: source.folder,
    threads: threadsPerWorker,
  }
  const pool = await openWorkerPool(plan, workers, signal)
  onProgress?.({ stage: 'ready' })

  const seen = (prefix: string, text: unknown): string => {
    if (typeof text !== 'string') {
      throw new InvalidOptionsError(`A text to embed must be a string, not ${typeof text}.`)
    }
    // One character more than is looked at, so that the worker sees that the text was longer.
    const input = (prefix + text).slice(0, seenCharacters(pool.maxTokens) + 1)
    return settings.splitIdentifiers ? splitIdentifiers(input) : input
  }

  return {
    id: `${model.slice(model.lastIndexOf('/') + 1)}-${dtype}`,
    fingerprint: fingerprintOf(settings, pool),
    dimensions: pool.dimensions,
    maxTokens: pool.maxTokens,
    // Short calls: a big model on a slow machine is seen to go on, and ends before the time limit.
    batchSize: device === 'cpu' ? 32 : 256,
    givesVectorsAway: true,
    fusion: settings.fusion,
    runtime: pool.runtime,
    workers,
    async embedDocuments(texts, options = {}) {
      const { signal } = options
      signal?.throwIfAborted()
      const inputs = texts.map((text) => seen(settings.documentPrefix, text))
      // About one length together, so that a worker can fill batches; the longest first, for at the
      // end all workers then end at about the same time.
      const order = inputs
        .map((_, index) => index)
        .sort((a, b) => (inputs[b]?.length ?? 0) - (inputs[a]?.length ?? 0))
      const tasks: number[][] = []
      for (let at = 0; at < order.length; at += taskTexts) {
        tasks.push(order.slice(at, at + taskTexts))
      }
      const vectors: Float32Array[] = new Array(inputs.length)
      let truncated = 0
      const embedTask = async (
        indexes: readonly number[],
        rest: AbortController,
      ): Promise<EmbeddedTexts> => {
        const part = indexes.map((index) => inputs[index] ?? '')
        try {
          return await pool.embed(part, { isUrgent: false, signal: rest.signal })
        } catch (error) {
          // When one task fails nobody waits for the others.
          rest.abort(error)
          throw error
        }
      }
      await withOwnSignal(signal, async (own) => {
        setMaxListeners(0, own.signal)
        await Promise.all(
          tasks.map(async (indexes) => {
            const part = await embedTask(indexes, own)
            truncated += part.truncated
            for (const [place, index] of indexes.entries()) {
              vectors[index] = part.vectors.subarray(
                place * pool.dimensions,
                (place + 1) * pool.dimensions,
              )
            }
          }),
        )
      })
      tellTruncated(truncated, options.onTruncated, onTruncated)
      return vectors
    },
    async embedQuery(text, options = {}) {
      options.signal?.throwIfAborted()
      const input = seen(settings.queryPrefix, text)
      const part = await pool.embed([input], { isUrgent: true, signal: options.signal })
      tellTruncated(part.truncated, options.onTruncated, onTruncated)
      return part.vectors
    },
    close: () => pool.close(),
  }
}

function tellTruncated(
  texts: number,
  ...listeners: (((texts: number) => void) | undefined)[]
): void {
  if (texts === 0) return
  for (const listener of listeners) listener?.(texts)
}

function batchingOf({ dtype, device }: Settings): {
  tokenBudget: number | null
  taskTexts: number
} {
  if (device !== 'cpu') {
    return { tokenBudget: tokenBudgets.accelerator, taskTexts: textsPerTask.batched }
  }
  // Integer kernels choose one scale for a whole batch, so a neighbour would change a vector.
  const isFloat = dtype === 'fp32' || dtype === 'fp16'
  return isFloat
    ? { tokenBudget: tokenBudgets.cpu, taskTexts: textsPerTask.batched }
    : { tokenBudget: null, taskTexts: textsPerTask.alone }
}

function fingerprintOf(settings: Settings, pool: WorkerPool): string {
  const { model, dtype, device, pooling, queryPrefix, documentPrefix, splitIdentifiers } = settings
  const parts = {
    algorithmVersion,
    ...{ dtype, device, pooling, queryPrefix, documentPrefix, splitIdentifiers },
    ...{ maxTokens: pool.maxTokens, runtime: pool.runtime, files: pool.filesDigest },
  }
  const digest = createHash('sha256').update(JSON.stringify(parts)).digest('hex')
  return `transformers-${model.slice(model.lastIndexOf('/') + 1)}-${digest}`
}
