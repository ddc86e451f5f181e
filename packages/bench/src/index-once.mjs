/**
 * One run in a process of its own, from the built packages, as a user has them: plain JavaScript, so
 * that no type stripping is measured. Prints a line break when that is over, then one JSON document; see `measure-run.ts`.
 *
 * What progress costs is measured by doing that part again: the events of the run are stored once more,
 * in a file of their own, in the transactions that they came in, told to a listener and made log lines.
 *
 *     node index-once.mjs '{"path", "data", "queries", "searches", "servers"}'
 */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { logEntry } from '@cairn/protocol'
import { createIndexer, sqlite } from 'cairn'

const { path, data, queries, searches, servers } = JSON.parse(process.argv[2])
const resolution = 1
const delay = monitorEventLoopDelay({ resolution })

// Those that are not asked for are not loaded either: memory is measured.
const vectors = servers.chroma && (await import('@cairn/store-chroma')).chroma(servers.chroma)
const graph = servers.neo4j && (await import('@cairn/store-neo4j')).neo4j(servers.neo4j)
const embedded = sqlite({ path: join(data, 'cairn.db') })
const storage = {
  ...embedded,
  ...(vectors && { vectors }),
  ...(graph && { graph }),
}
const indexer = createIndexer({ dataDirectory: data, storage })
delay.enable()
const startMs = performance.now()
const startCpu = process.cpuUsage()
const run = indexer.index({ path })
const stages = {}
run.on('stage.completed', ({ stage, durationSeconds, processedItems }) => {
  stages[stage] = { seconds: durationSeconds, items: processedItems }
})
const result = await run.finished
const seconds = (performance.now() - startMs) / 1000
const cpuSeconds = cpuSecondsSince(startCpu)
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
await Promise.all([embedded.close(), vectors?.close(), graph?.close()])
process.stdout.write('\n')

// Held only now: the program that asks for the run does not hold its events either.
const stored = sqlite({ path: join(data, 'cairn.db'), readOnly: true })
const events = await stored.journal.tasks.events(result.taskId, { limit: Number.MAX_SAFE_INTEGER })
await stored.close()
const replay = sqlite({ path: join(data, 'replay.db') })
await replay.journal.acquireWriter()
const replayCpu = process.cpuUsage()
let told = 0
for (const group of groupsOf(events)) {
  const appended = await replay.journal.tasks.append(group.map(({ seq: _, ...event }) => event))
  for (const event of appended) if (logEntry(event) !== null) told++
}
const progressCpuSeconds = cpuSecondsSince(replayCpu)
await replay.close()
rmSync(join(data, 'replay.db'))

process.stdout.write(
  JSON.stringify({
    seconds,
    cpuSeconds,
    progressCpuSeconds,
    stages,
    events: events.length,
    logLines: told,
    files: result.files,
    chunks: result.chunks,
    symbols: result.symbols,
    edges: result.edges,
    // The histogram holds the time between two ticks, of which the resolution is no delay.
    eventLoopDelayMs: Math.max(0, delay.percentile(99) / 1e6 - resolution),
    latenciesMs,
  }),
)

function cpuSecondsSince(start) {
  const { user, system } = process.cpuUsage(start)
  return (user + system) / 1e6
}

/** Events that were recorded within a few milliseconds of each other: what one transaction had. */
function* groupsOf(all) {
  let group = []
  for (const event of all) {
    if (group.length === 500 || (group.length > 0 && event.at - group[0].at > 10)) {
      yield group
      group = []
    }
    group.push(event)
  }
  if (group.length > 0) yield group
}
