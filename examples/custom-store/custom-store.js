/** Keep the vectors somewhere else: `node custom-store.js [path]`. */
import { createIndexer, sqlite } from 'cairn'
import { memoryVectors } from './memory-vectors.js'

const embedded = sqlite({ path: '.cairn/custom-store.db' })
const vectors = memoryVectors()

const indexer = createIndexer({ storage: { ...embedded, vectors } })
const { chunks } = await indexer.index({ path: process.argv[2] ?? '.' }).finished
const { hits } = await indexer.search('cosine distance', { limit: 3 })
console.log(`${chunks} chunks, their vectors in the store "${vectors.id}"`)
for (const hit of hits) console.log(`${hit.path}:${hit.startLine}`, hit.symbol ?? '')

await indexer.close()
await embedded.close()
