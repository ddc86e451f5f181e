/** Bring your own embedder: `node custom-embedder.js [path]`. */
import { createIndexer } from 'cairn'
import { bagOfWords } from './bag-of-words.js'

const indexer = createIndexer({ embedder: bagOfWords })
const { chunks } = await indexer.index({ path: process.argv[2] ?? '.' }).finished
console.log(`${chunks} chunks embedded by ${bagOfWords.id}`)

await indexer.close()
