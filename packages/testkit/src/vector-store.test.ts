import { memoryVectorStore } from './fixtures/memory-vector-store.ts'
import { vectorStoreConformance } from './vector-store-conformance.ts'

vectorStoreConformance({
  name: 'a vector store in memory',
  create: async () => ({ store: memoryVectorStore(), dispose: async () => {} }),
})
