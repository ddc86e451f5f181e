import { EmbedderError, toCairnError } from '@cairn/core'
import { abortable, withOwnSignal } from '@cairn/core/abortable'
import { Tinypool } from 'tinypool'
import { dimensions } from './encoder.ts'
import type { Table } from './table.ts'

// A task is short enough to let an aborted call and its workers go within a few ms.
const mostTextsPerTask = 128
const fewestTextsPerTask = 32
const idleTimeoutMs = 2000
// A worker holds a word cache and the texts of one task; without limits its heap grows for nothing.
const resourceLimits = { maxOldGenerationSizeMb: 64, maxYoungGenerationSizeMb: 4 }

/** Worker threads that embed; they start when there is work and end when there is none. */
export interface EmbeddingPool {
  /** One vector a text; neighbours are views of one array, for an allocation each costs more memory. */
  embed(texts: readonly string[], signal: AbortSignal | undefined): Promise<Float32Array[]>
  /** Ends the workers; calls that are under way reject. */
  close(): Promise<void>
}

/** A pool of at most `threads` workers over the table, which all of them share. */
export function createEmbeddingPool(table: Table, threads: number): EmbeddingPool {
  const isSource = import.meta.url.endsWith('.ts')
  const pool = new Tinypool({
    filename: new URL(`./embed.worker.${isSource ? 'ts' : 'js'}`, import.meta.url).href,
    name: 'embedTexts',
    minThreads: 0,
    maxThreads: threads,
    idleTimeout: idleTimeoutMs,
    workerData: table.buffer,
    resourceLimits,
    execArgv: isSource
      ? ['--conditions=@cairn/source', '--disable-warning=ExperimentalWarning']
      : [],
  })
  let isClosed = false
  // A thread that dies while it is idle, or before its first task, is told here and nowhere else; what waits
  // for it would wait for ever.
  let lost = new AbortController()
  pool.on('error', (error: Error) => {
    const waiting = lost
    lost = new AbortController()
    waiting.abort(error)
  })

  const runInThread = async (texts: readonly string[]): Promise<unknown> => {
    const { signal } = lost
    try {
      // One of its own, as the pool listens at it in a way that holds on to each task until the signal is gone.
      return await withOwnSignal(signal, (own) => pool.run(texts, { signal: own.signal }))
    } catch (error) {
      if (isClosed) throw error
      const cause = toCairnError(signal.aborted ? signal.reason : error)
      throw new EmbedderError('EMBEDDING_FAILED', `A thread that embeds failed: ${cause.message}`, {
        recoverable: true,
        cause,
      })
    }
  }

  const runTask = async (
    texts: readonly string[],
    signal: AbortSignal | undefined,
  ): Promise<Float32Array[]> => {
    const vectors: unknown = await runInThread(texts)
    signal?.throwIfAborted()
    if (!(vectors instanceof Float32Array) || vectors.length !== texts.length * dimensions) {
      throw new EmbedderError('INTERNAL', 'An embedding worker gave no vectors.')
    }
    return texts.map((_, index) => vectors.subarray(index * dimensions, (index + 1) * dimensions))
  }

  return {
    async embed(texts, signal) {
      const share = Math.ceil(texts.length / threads)
      const size = Math.min(mostTextsPerTask, Math.max(fewestTextsPerTask, share))
      const results: Float32Array[][] = []
      const slots = Array.from({ length: threads }, (_, slot) => slot * size)
      const workThrough = async (start: number): Promise<void> => {
        for (let at = start; at < texts.length; at += size * threads) {
          signal?.throwIfAborted()
          results[at / size] = await runTask(texts.slice(at, at + size), signal)
        }
      }
      try {
        // The tasks that workers have begun end by themselves; the caller need not wait for them.
        await abortable(signal, () => Promise.all(slots.map(workThrough)))
      } catch (error) {
        if (signal?.aborted) throw signal.reason
        if (isClosed) throw new EmbedderError('CLOSED', 'The embedder is closed.', { cause: error })
        throw toCairnError(error, 'EMBEDDING_FAILED')
      }
      return results.flat()
    },
    async close() {
      isClosed = true
      await pool.destroy()
    },
  }
}
