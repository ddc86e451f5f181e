import { embedderConformance } from './embedder-conformance.ts'
import { memoryEmbedder } from './fixtures/memory-embedder.ts'

embedderConformance({
  name: 'an embedder in memory',
  create: async () => ({ embedder: memoryEmbedder(), dispose: async () => {} }),
})
