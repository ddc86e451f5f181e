import { EmbedderError } from '@cairn/core'
import { createDeferred, type Deferred } from './deferred.ts'
import { startModelHost } from './model-host.ts'
import type { EmbeddedTexts, ModelDescription, ModelPlan } from './open-model.ts'
import { toEmbedderError } from './to-embedder-error.ts'
import type { WorkerAnswer } from './worker-messages.ts'

/** A thread or process that holds the model. */
export interface ModelWorker {
  /** Resolves once the model is open; rejects when it cannot be opened. */
  readonly opened: Promise<ModelDescription>
  /** Resolves when the worker has ended, for whatever reason. */
  readonly ended: Promise<unknown>
  /** Embeds texts; only one call at a time, after `opened`. Keeps the process alive meanwhile. */
  embed(texts: readonly string[], cancelled: Uint8Array): Promise<EmbeddedTexts>
  /** Lets the worker finish what it computes and end. */
  close(): Promise<void>
}

// Native code cannot be interrupted; a worker that does not end in this time is ended by force.
const closeTimeoutMs = 10_000

/** Starts a worker that opens the model of `plan`. */
export function startModelWorker(plan: ModelPlan): ModelWorker {
  const host = startModelHost(plan)
  const opening = createDeferred<ModelDescription>()
  let pending: Deferred<EmbeddedTexts> | null = null
  let death: EmbedderError | null = null

  const settle = (action: (waiting: Deferred<EmbeddedTexts>) => void): void => {
    const waiting = pending
    pending = null
    host.setKeepsAlive(false)
    if (waiting !== null) action(waiting)
  }

  host.onAnswer((answer: WorkerAnswer) => {
    switch (answer.type) {
      case 'opened':
        host.setKeepsAlive(false)
        opening.resolve(answer.description)
        return
      case 'failed':
        death = toEmbedderError(answer.error)
        opening.reject(death)
        return
      case 'embedded': {
        const { vectors, truncated } = answer
        settle(({ resolve }) => resolve({ vectors, truncated }))
        return
      }
      case 'rejected':
        settle(({ reject }) => reject(toEmbedderError(answer.error)))
    }
  })
  const rejectWaiting = (cause: Error): void => {
    death ??= new EmbedderError('EMBEDDER_UNAVAILABLE', 'A worker that embeds has died.', {
      cause,
      recoverable: true,
    })
    opening.reject(death)
    settle(({ reject }) => reject(death))
  }
  // After those who wait for the end: who hears that a call failed must not use this worker again.
  void host.ended.then((cause) => setImmediate(() => rejectWaiting(cause)))
  // Whoever waits for the opening hears of it; a worker that is only being ended has nobody.
  opening.promise.catch(() => {})

  return {
    opened: opening.promise,
    ended: host.ended,
    embed(texts, cancelled) {
      if (death !== null) return Promise.reject(death)
      pending = createDeferred<EmbeddedTexts>()
      const { promise } = pending
      host.setKeepsAlive(true)
      host.send({ type: 'embed', texts, cancelled })
      return promise
    },
    async close() {
      host.setKeepsAlive(true)
      host.send({ type: 'close' })
      const timer = setTimeout(() => host.kill(), closeTimeoutMs)
      await host.ended
      clearTimeout(timer)
    },
  }
}
