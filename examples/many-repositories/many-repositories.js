/**
 * Index several repositories, two at a time, and go on when one of them fails:
 * `node many-repositories.js path-or-url...`.
 */
import { CairnError, createIndexer } from 'cairn'

const indexer = createIndexer({ limits: { concurrentRuns: 2, clonesPerHost: 2 } })
indexer.on('run.completed', ({ durationSeconds, taskId }) => {
  console.log(`${taskId} completed in ${durationSeconds.toFixed(1)} s`)
})

let failed = 0

/** @param {string} source */
async function index(source) {
  try {
    const request = source.includes('://') ? { url: source } : { path: source }
    // All are asked for at once: who waits for its turn is pending, and its health says what it waits for.
    const { repository, files } = await indexer.index(request).finished
    console.log(`${repository}: ${files.indexed} files`)
  } catch (error) {
    if (!CairnError.isInstance(error)) throw error
    failed += 1
    console.log(`${source}: ${error.code} ${error.message}`)
  }
}

await Promise.all(process.argv.slice(2).map(index))
const repositories = await indexer.repositories()
console.log(`${repositories.length} repositories indexed, ${failed} failed`)

await indexer.close()
