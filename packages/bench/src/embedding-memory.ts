// Embeds texts in a process of its own and prints the most memory that it held, in bytes. Linux only.
import { readFileSync } from 'node:fs'
import { staticEmbedder } from '@cairn/embedder-static'
import { transformers } from '@cairn/embedder-transformers'
import { fetchModel, publishedModels } from '@cairn/models'

const [name, workers] = process.argv.slice(2)
const model = Object.entries(publishedModels).find(([known]) => known === name)?.[1]
const embedder = model
  ? await transformers({
      model: model.name,
      localPath: await fetchModel(model),
      workers: Number(workers),
    })
  : staticEmbedder()
const text = 'export function retryRequest(request) { return send(request) }\n'.repeat(16)
for (let round = 0; round < 4; round++) {
  await embedder.embedDocuments(Array.from({ length: 32 }, (_, index) => `${text} ${index}`))
}
await embedder.embedQuery('where are failed requests retried')
// The maximum that the system keeps for a process begins with that of its parent; this one does not.
const status = readFileSync('/proc/self/status', 'utf8')
console.log(Number(/^VmHWM:\s*(\d+)/m.exec(status)?.[1]) * 1024)
await embedder.close?.()
