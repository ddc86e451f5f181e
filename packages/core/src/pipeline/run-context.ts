import type { CloneLimit } from '../clone-limit.ts'
import type { Embedder } from '../contracts/embedder.ts'
import type { Limits } from '../options.ts'
import type { Parser } from '../parsing/parser.ts'
import type { RunProgress } from '../progress/run-progress.ts'
import type { StoreContext } from '../stores/store-context.ts'

/** What every stage of one run works with. */
export interface RunContext extends StoreContext {
  readonly taskId: string
  readonly runId: string
  readonly embedder: Embedder
  readonly parser: Parser
  readonly limits: Required<Limits>
  readonly progress: RunProgress
  readonly clones: CloneLimit
  /** Whether the task had a run before, which may have left something done. */
  readonly goesOn: boolean
}
