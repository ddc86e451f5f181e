// A model behind an OpenAI-compatible address. Prints its address; ends with its input.
import { staticEmbedder } from '@cairn/embedder-static'
import { startEmbeddingsServer } from '@cairn/testkit/embeddings-server'

const model = staticEmbedder()
const server = await startEmbeddingsServer(model)
console.log(server.baseUrl)
process.stdin.resume().once('end', async () => {
  await server.close()
  await model.close?.()
})
