import type { Storage } from '../contracts/storage.ts'
import type { VectorSpace } from '../contracts/vector-store.ts'
import type { Retry } from '../retry.ts'

/** What everything that works on the stores of one repository needs. */
export interface StoreContext {
  readonly storage: Storage
  readonly repository: string
  /** The space of the repository's vectors. */
  readonly space: VectorSpace
  readonly retry: Retry
  readonly signal: AbortSignal
}
