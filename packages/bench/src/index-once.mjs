/**
 * One run in a process of its own, from the built packages, as a user has them: plain JavaScript, so
 * that no type stripping is measured. Prints one JSON document; see `measure-run.ts`.
 *
 *     node index-once.mjs '{"path", "data", "queries", "searches"}'
 */
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { createIndexer } from 'cairn'

const { path, data, queries, searches } = JSON.parse(process.argv[2])
const resolution = 1
const delay = monitorEventLoopDelay({ resolution })

const indexer = createIndexer({ dataDirectory: data })
delay.enable()
const startMs = performance.now()
const run = indexer.index({ path })
const stages = {}
let events = 0
run.on('event', () => events++)
run.on('stage.completed', ({ stage, durationSeconds, processedItems }) => {
  stages[stage] = { seconds: durationSeconds, items: processedItems }
})
const result = await run.finished
const seconds = (performance.now() - startMs) / 1000
delay.disable()

const latenciesMs = []
for (let round = 0; round < searches; round++) {
  for (const query of queries) {
    const before = performance.now()
    await indexer.search(query)
    latenciesMs.push(performance.now() - before)
  }
}
await indexer.close()
process.stdout.write(
  JSON.stringify({
    seconds,
    stages,
    events,
    files: result.files,
    chunks: result.chunks,
    symbols: result.symbols,
    edges: result.edges,
    // The histogram holds the time between two ticks, of which the resolution is no delay.
    eventLoopDelayMs: Math.max(0, delay.percentile(99) / 1e6 - resolution),
    latenciesMs,
  }),
)
