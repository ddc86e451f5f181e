import type { Embedder } from '../contracts/embedder.ts'
import type { Storage } from '../contracts/storage.ts'
import type { VectorSpace } from '../contracts/vector-store.ts'
import type { Limits } from '../options.ts'
import type { Parser } from '../parsing/parser.ts'
import type { RunProgress } from '../progress/run-progress.ts'
import type { Retry } from './retry.ts'

/** What every stage of one run works with. */
export interface RunContext {
  readonly taskId: string
  readonly runId: string
  readonly repository: string
  readonly storage: Storage
  readonly embedder: Embedder
  readonly space: VectorSpace
  readonly parser: Parser
  readonly limits: Required<Limits>
  readonly progress: RunProgress
  readonly retry: Retry
  readonly signal: AbortSignal
}
