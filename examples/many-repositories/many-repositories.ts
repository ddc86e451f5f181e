/**
 * Index several repositories, two at a time, and go on when one of them fails:
 * `node many-repositories.ts path-or-url...`.
 */
import { CairnError, createIndexer } from 'cairn'

const atOnce = 2

await using indexer = createIndexer()
indexer.on('run.completed', ({ durationSeconds, taskId }) => {
  console.log(`${taskId} completed in ${durationSeconds.toFixed(1)} s`)
})

const waiting = process.argv.slice(2)
const failed: string[] = []

async function work(): Promise<void> {
  for (let source = waiting.shift(); source !== undefined; source = waiting.shift()) {
    try {
      const request = source.includes('://') ? { url: source } : { path: source }
      const { repository, files } = await indexer.index(request).finished
      console.log(`${repository}: ${files.indexed} files`)
    } catch (error) {
      if (!CairnError.isInstance(error)) throw error
      failed.push(source)
      console.log(`${source}: ${error.code} ${error.message}`)
    }
  }
}

await Promise.all(Array.from({ length: atOnce }, work))
const repositories = await indexer.repositories()
console.log(`${repositories.length} repositories indexed, ${failed.length} failed`)
