import type { GraphStore } from './graph-store.ts'
import type { Journal } from './journal.ts'
import type { VectorStore } from './vector-store.ts'

/** The three places an indexer keeps things in; one adapter may be all three. */
export interface Storage {
  readonly journal: Journal
  readonly vectors: VectorStore
  readonly graph: GraphStore
}
