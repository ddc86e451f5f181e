// Runs in a thread or a process of its own: opens one model, then embeds what it is sent.
import { parentPort, workerData } from 'node:worker_threads'
import { toPlainError } from './model-error.ts'
import { type ModelPlan, type OpenModel, openModel } from './open-model.ts'
import type { WorkerAnswer, WorkerRequest } from './worker-messages.ts'

let model: OpenModel | undefined
// One after the other: a session must not be closed while it runs.
let last: Promise<void> = Promise.resolve()

function receive(request: WorkerRequest): void {
  last = last.then(() => handle(request))
}

function answer(message: WorkerAnswer): void {
  if (parentPort === null) process.send?.(message)
  else parentPort.postMessage(message, 'vectors' in message ? [message.vectors.buffer] : [])
}

/** Nothing is left then that keeps the thread or the process, so it ends by itself. */
function disconnect(): void {
  if (parentPort === null) process.disconnect()
  else parentPort.close()
}

async function handle(request: WorkerRequest): Promise<void> {
  switch (request.type) {
    case 'open':
      return open(request.plan)
    case 'embed': {
      const { texts, cancelled } = request
      try {
        if (model === undefined) throw new Error('The model is not open.')
        answer({ type: 'embedded', ...(await model.embed(texts, () => cancelled[0] !== 0)) })
      } catch (error) {
        answer({ type: 'rejected', error: toPlainError(error, 'EMBEDDING_FAILED') })
      }
      return
    }
    case 'close':
      await model?.close()
      disconnect()
  }
}

async function open(plan: ModelPlan): Promise<void> {
  try {
    model = await openModel(plan)
    const { dimensions, maxTokens, runtime, filesDigest } = model
    answer({ type: 'opened', description: { dimensions, maxTokens, runtime, filesDigest } })
  } catch (error) {
    answer({ type: 'failed', error: toPlainError(error, 'EMBEDDER_UNAVAILABLE') })
    disconnect()
  }
}

if (parentPort === null) process.on('message', receive)
else {
  parentPort.on('message', receive)
  receive({ type: 'open', plan: workerData as ModelPlan })
}
