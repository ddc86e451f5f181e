import { embedderConformance } from '@cairn/testkit'
import { staticEmbedder } from './static-embedder.ts'

embedderConformance({
  name: 'static embedder',
  tolerance: 0,
  create: async () => {
    const embedder = staticEmbedder()
    return { embedder, dispose: async () => embedder.close?.() }
  },
})
