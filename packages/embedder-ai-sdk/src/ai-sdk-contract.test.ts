import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { staticEmbedder } from '@cairn/embedder-static'
import { embedderConformance } from '@cairn/testkit'
import { startEmbeddingsServer } from '@cairn/testkit/embeddings-server'
import { afterAll } from 'vitest'
import { aiSdk } from './ai-sdk.ts'

const model = staticEmbedder({ threads: 1 })
const server = await startEmbeddingsServer(model)
afterAll(async () => {
  await server.close()
  await model.close?.()
})

const provider = createOpenAICompatible({ name: 'local', baseURL: server.baseUrl })

embedderConformance({
  name: 'a model of the AI SDK',
  create: async () => {
    const embedder = await aiSdk(provider.embeddingModel('static'))
    return { embedder, dispose: async () => embedder.close?.() }
  },
})
