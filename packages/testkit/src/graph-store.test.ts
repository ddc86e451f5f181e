import { memoryGraphStore } from './fixtures/memory-graph-store.ts'
import { graphStoreConformance } from './graph-store-conformance.ts'

graphStoreConformance({
  name: 'a graph store in memory',
  create: async () => ({ store: memoryGraphStore(), dispose: async () => {} }),
})
