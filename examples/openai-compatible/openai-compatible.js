/**
 * Index with a model behind a server of your own, such as Ollama:
 * `node openai-compatible.js [baseUrl] [model] [path]`. A key is read from EMBEDDINGS_API_KEY.
 */
import { openaiCompatible } from '@cairn/embedder-http'
import { createIndexer } from 'cairn'

const [baseUrl = 'http://localhost:11434/v1', model = 'nomic-embed-text', path = '.'] =
  process.argv.slice(2)
const apiKey = process.env.EMBEDDINGS_API_KEY

const embedder = await openaiCompatible({ baseUrl, model, ...(apiKey ? { apiKey } : {}) })
const indexer = createIndexer({ embedder })
const run = indexer.index({ path })
run.on('health.changed', ({ health }) => console.log(`health: ${health.state}`))
const { chunks } = await run.finished
const { requests, truncatedTexts } = embedder.usage()
console.log(
  `${chunks} chunks embedded by ${embedder.id}, ${requests} requests, ${truncatedTexts} texts cut`,
)

await indexer.close()
await embedder.close?.()
