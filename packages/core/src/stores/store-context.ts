import type { Storage } from '../contracts/storage.ts'
import type { VectorSpace } from '../contracts/vector-store.ts'
import type { Retry } from '../retry.ts'

/** What everything that works on the stores of one repository needs. */
export interface StoreContext {
  /** Its stores are waited for while they are away; of the journal what writes is tried again by `retry`. */
  readonly storage: Storage
  readonly repository: string
  /** The space of the repository's vectors. */
  readonly space: VectorSpace
  readonly retry: Retry
  readonly signal: AbortSignal
}
