import type { PlainError } from './model-error.ts'
import type { ModelDescription, ModelPlan } from './open-model.ts'

/** What a worker is asked. */
export type WorkerRequest =
  /** The first message to a process; a thread has the plan as its data. */
  | { readonly type: 'open'; readonly plan: ModelPlan }
  | {
      readonly type: 'embed'
      readonly texts: readonly string[]
      /** Its first byte is not 0 once nobody waits for the vectors; of no effect in a process. */
      readonly cancelled: Uint8Array
    }
  | { readonly type: 'close' }

/** What a worker answers; first `opened` or `failed`, then one answer to each `embed`. */
export type WorkerAnswer =
  | { readonly type: 'opened'; readonly description: ModelDescription }
  | { readonly type: 'failed'; readonly error: PlainError }
  | {
      readonly type: 'embedded'
      readonly vectors: Float32Array<ArrayBuffer>
      readonly truncated: number
    }
  | { readonly type: 'rejected'; readonly error: PlainError }
