/** Index a repository and ask it something: `node quickstart.js [path] [question]`. */
import { createIndexer } from 'cairn'

const [path = '.', question = 'where are failed requests retried'] = process.argv.slice(2)

const indexer = createIndexer()

const run = indexer.index({ path })
run.on('stage.completed', ({ stage, durationSeconds }) => {
  console.log(`${stage} took ${durationSeconds.toFixed(1)} s`)
})
const result = await run.finished
console.log(`${result.files.indexed} files indexed, ${result.chunks} chunks`)

const { hits } = await indexer.search(question, { limit: 3 })
for (const hit of hits) console.log(`${hit.path}:${hit.startLine}`, hit.symbol ?? '')

await indexer.close()
