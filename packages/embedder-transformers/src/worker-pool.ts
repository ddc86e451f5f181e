import { EmbedderError } from '@cairn/core'
import { onAbort } from '@cairn/core/abortable'
import { takeOut } from '@cairn/core/take-out'
import { createDeferred, type Deferred } from './deferred.ts'
import { type ModelWorker, startModelWorker } from './model-worker.ts'
import type { EmbeddedTexts, ModelDescription, ModelPlan } from './open-model.ts'

/** Worker threads that hold the same model. */
export interface WorkerPool extends ModelDescription {
  /**
   * Embeds texts in one worker; `isUrgent` goes before all that waits. Rejects with the signal's
   * reason as soon as it is aborted; the worker then stops after the batch it computes.
   */
  embed(
    texts: readonly string[],
    options: { readonly isUrgent: boolean; readonly signal: AbortSignal | undefined },
  ): Promise<EmbeddedTexts>
  /** Ends the workers; calls that are under way reject. */
  close(): Promise<void>
}

interface Task {
  readonly texts: readonly string[]
  readonly cancelled: Uint8Array
  readonly result: Deferred<EmbeddedTexts>
}

// A worker holds the whole model, and opening it again takes a second: only workers that have had
// nothing to do for a while are let go, and one stays.
const idleTimeoutMs = 30_000

/**
 * Opens the model in one worker; more, up to `most`, start when there is work for them.
 * @throws EmbedderError when the model cannot be opened, and the signal's reason.
 */
export async function openWorkerPool(
  plan: ModelPlan,
  most: number,
  signal: AbortSignal | undefined,
): Promise<WorkerPool> {
  const first = startModelWorker(plan)
  const description = await firstOf(first.opened, signal).catch(async (error: unknown) => {
    await first.close()
    throw error
  })

  const workers = new Set<ModelWorker>()
  const idle: ModelWorker[] = []
  const urgent: Task[] = []
  const waiting: Task[] = []
  const running: Task[] = []
  let starting = 0
  let isClosed = false
  let idleTimer: NodeJS.Timeout | undefined

  const dispatch = (): void => {
    while (urgent.length + waiting.length > 0) {
      const worker = idle.pop()
      if (worker === undefined) {
        if (workers.size < most && starting < urgent.length + waiting.length) {
          void add(startModelWorker(plan))
        }
        return
      }
      const task = urgent.shift() ?? waiting.shift()
      if (task !== undefined) void work(worker, task)
    }
    if (!isClosed && idle.length > 1) idleTimer ??= setTimeout(letGo, idleTimeoutMs).unref()
  }

  const add = async (worker: ModelWorker): Promise<void> => {
    workers.add(worker)
    starting++
    void worker.ended.then(() => {
      workers.delete(worker)
      const place = idle.indexOf(worker)
      if (place >= 0) idle.splice(place, 1)
    })
    try {
      const { filesDigest } = await worker.opened
      if (filesDigest !== description.filesDigest) {
        void worker.close()
        throw new EmbedderError(
          'EMBEDDER_UNAVAILABLE',
          `The files of the model ${plan.model} have changed since it was opened; open it again.`,
        )
      }
      idle.push(worker)
    } catch (error) {
      // Somebody must hear of it: the call that waits longest.
      const task = urgent.shift() ?? waiting.shift()
      task?.result.reject(error)
    } finally {
      starting--
    }
    dispatch()
  }

  const work = async (worker: ModelWorker, task: Task): Promise<void> => {
    running.push(task)
    try {
      task.result.resolve(await worker.embed(task.texts, task.cancelled))
    } catch (error) {
      task.result.reject(error)
    } finally {
      takeOut(running, task)
      if (workers.has(worker)) idle.push(worker)
      dispatch()
    }
  }

  const letGo = (): void => {
    idleTimer = undefined
    for (const worker of idle.splice(1)) void worker.close()
  }

  const cancel = (task: Task, reason: unknown): void => {
    for (const queue of [urgent, waiting]) {
      const place = queue.indexOf(task)
      if (place >= 0) queue.splice(place, 1)
    }
    task.cancelled[0] = 1
    task.result.reject(reason)
  }

  const closed = (): EmbedderError => new EmbedderError('CLOSED', 'The embedder is closed.')

  await add(first)
  return {
    ...description,
    async embed(texts, { isUrgent, signal }) {
      signal?.throwIfAborted()
      if (isClosed) throw closed()
      const cancelled = new Uint8Array(new SharedArrayBuffer(1))
      const task = { texts, cancelled, result: createDeferred<EmbeddedTexts>() }
      const queue = isUrgent ? urgent : waiting
      queue.push(task)
      const leave = onAbort(signal, () => cancel(task, signal?.reason))
      dispatch()
      try {
        return await task.result.promise
      } finally {
        leave()
      }
    },
    async close() {
      isClosed = true
      clearTimeout(idleTimer)
      for (const task of [...urgent, ...waiting, ...running]) cancel(task, closed())
      await Promise.all([...workers].map((worker) => worker.close()))
    },
  }
}

async function firstOf<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  const aborted = createDeferred<never>()
  if (signal.aborted) aborted.reject(signal.reason)
  const leave = onAbort(signal, () => aborted.reject(signal.reason))
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    leave()
  }
}
