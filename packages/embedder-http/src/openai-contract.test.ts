import { staticEmbedder } from '@cairn/embedder-static'
import { embedderConformance } from '@cairn/testkit'
import { startEmbeddingsServer } from '@cairn/testkit/embeddings-server'
import { afterAll } from 'vitest'
import { openaiCompatible } from './openai-compatible.ts'

const model = staticEmbedder({ threads: 1 })
const server = await startEmbeddingsServer(model)
afterAll(async () => {
  await server.close()
  await model.close?.()
})

embedderConformance({
  name: 'an OpenAI-compatible server',
  create: async () => {
    const embedder = await openaiCompatible({ baseUrl: server.baseUrl, model: 'static' })
    return { embedder, dispose: async () => embedder.close?.() }
  },
})
