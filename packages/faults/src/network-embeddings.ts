import { openaiCompatible } from '@cairn/embedder-http'
import { staticEmbedder } from '@cairn/embedder-static'
import { startEmbeddingsServer } from '@cairn/testkit/embeddings-server'
import { type NetworkSubject, portOf } from './network-subject.ts'

/** Embeddings of an OpenAI-compatible server. */
export async function embeddingsSubject(): Promise<NetworkSubject> {
  const model = staticEmbedder({ threads: 1 })
  const server = await startEmbeddingsServer(model)
  return {
    name: 'embeddings server',
    waitedFor: 'the embedder ',
    port: portOf(server.baseUrl),
    embedded: server.embedded,
    slowFaults: [],
    async reach(port, timeoutMs) {
      const embedder = await openaiCompatible({
        baseUrl: `http://127.0.0.1:${port}/v1`,
        model: 'static',
        dimensions: model.dimensions,
        maxBatch: 8,
        concurrency: 2,
        timeoutMs,
        retryBudgetMs: 500,
      })
      return { embedder, close: async () => embedder.close?.() }
    },
    stores: null,
    clear: async () => undefined,
    async close() {
      await server.close()
      await model.close?.()
    },
  }
}
