/**
 * Indexes in a process of its own, which breaks itself where it is told to, and says on its standard output
 * what it does, one JSON document a line, at once: what was said before it died can be read.
 *
 *     node indexing-process.ts '{"path", "data", …}'
 */
import { writeSync } from 'node:fs'
import { basename, join } from 'node:path'
import { MessagePort, type Worker } from 'node:worker_threads'
import {
  type CairnError,
  createIndexer,
  type EncodedGraph,
  type GraphRows,
  type Indexer,
  type IndexRun,
} from '@cairn/core'
import { mostInFlight } from '@cairn/core/in-flight'
import { staticEmbedder } from '@cairn/embedder-static'
import type { IndexEvent } from '@cairn/protocol'
import { sqlite } from '@cairn/store-sqlite'
import { answersTo } from './answers.ts'
import { type CallWatch, watchEmbedder, watchStorage } from './call-watch.ts'
import { openServerStores } from './server-stores.ts'
import type { Assignment, BreakPoint, Work } from './started-process.ts'

const assignment: Assignment = JSON.parse(process.argv[2] ?? '')
const startedMs = performance.now()
const startedCpu = process.cpuUsage()

function say(word: Readonly<Record<string, unknown>>): void {
  writeSync(1, `${JSON.stringify(word)}\n`)
}

// By then a request has been sent; no server answers one that writes so soon.
const duringMs = 2

const work: Work = { files: 0, texts: 0, rows: 0 }
const calls = new Map<string, number>()
const workers = new Set<Worker>()
let taskId: string | null = null
let run: IndexRun | null = null
let isAtWork = false
let cancelledMs: number | null = null
let hasEnded = false
let workAfterEnd = 0

process.on('worker', (worker) => {
  workers.add(worker)
  worker.once('exit', () => workers.delete(worker))
})

// The pools of threads are core's own, so the files that go to the parsers are counted on their way.
const post = MessagePort.prototype.postMessage
MessagePort.prototype.postMessage = function (this: MessagePort, ...values) {
  const files: unknown = values[0]?.task?.files
  if (Array.isArray(files)) did('files', files.length)
  return post.apply(this, values)
} as typeof post

function did(kind: keyof Work, amount: number): void {
  work[kind] += amount
  if (hasEnded) {
    workAfterEnd += amount
    say({ workAfterEnd })
  }
  if (!isAtWork) {
    const { user, system } = process.cpuUsage(startedCpu)
    say({ atWorkAfterMs: performance.now() - startedMs, atWorkCpuMs: (user + system) / 1_000 })
  }
  isAtWork = true
  say({ work })
}

function cancelRun(): void {
  cancelledMs = performance.now()
  void run?.cancel('Enough.')
}

process.on('message', cancelRun)
process.channel?.unref()

function breakAt(point: BreakPoint): void {
  if (point.break === 'cancel') {
    cancelRun()
    return
  }
  if (point.break === 'process') process.kill(process.pid, 'SIGKILL')
  const ending = [...workers].filter((worker) => endsWith(worker, point.break))
  say({ ended: ending.length })
  for (const worker of ending) {
    // What its owner sees of a thread that dies of an error, as when its memory is used up.
    if (point.break === 'pool thread') worker.emit('error', new Error('The thread was ended.'))
    void worker.terminate()
  }
  if (point.break === 'clock') jump(point.jumpMs ?? 0)
}

function endsWith(worker: Worker, which: BreakPoint['break']): boolean {
  const isStore = (worker as Worker & { threadName?: string }).threadName?.startsWith(
    'cairn-sqlite',
  )
  return which === 'store thread' ? isStore === true : which === 'pool thread' && isStore !== true
}

function jump(ms: number): void {
  const RealDate = Date
  globalThis.Date = class extends RealDate {
    constructor(...values: []) {
      if (values.length === 0) super(RealDate.now() + ms)
      else super(...values)
    }
    static override now(): number {
      return RealDate.now() + ms
    }
  } as DateConstructor
}

const watch: CallWatch = {
  begin(name, values) {
    const nth = (calls.get(name) ?? 0) + 1
    calls.set(name, nth)
    countWork(name, values)
    const points = assignment.breaks.filter((point) => point.call === name && point.nth === nth)
    for (const point of points) {
      if (point.when === 'before') breakAt(point)
      if (point.when === 'during') breakDuring(point)
    }
    return () => {
      for (const point of points) if (point.when === 'after') breakAt(point)
    }
  },
}

function breakDuring(point: BreakPoint): void {
  // The call has been made by then; a cancel that came later could come after the end of the run.
  if (point.break === 'cancel') queueMicrotask(() => breakAt(point))
  else setTimeout(() => breakAt(point), duringMs)
}

function countWork(name: string, values: readonly unknown[]): void {
  if (name === 'embedder.embedDocuments') did('texts', sizeOf(values[0]))
  // Of files that lie in the spool of the same store; how many rows a file has is the same each time.
  if (name === 'vectors.upsertSpooled') did('rows', sizeOf(values[2]))
  if (name === 'vectors.upsert') did('rows', sizeOf(values[1]))
  if (name === 'graph.upsert') {
    const rows = values[0] as GraphRows | EncodedGraph
    const isEncoded = 'parts' in rows
    did('rows', isEncoded ? rows.nodes + rows.edges : rows.nodes.length + rows.edges.length)
  }
}

function sizeOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0
}

function onEvent(event: IndexEvent): void {
  if (event.type === 'stage.started' && event.stage === 'analyzing') {
    say({ begunAfterMs: performance.now() - startedMs })
  }
  const stage = 'stage' in event ? event.stage : ''
  for (const point of assignment.breaks) {
    if (point.event !== event.type || (point.stage ?? '') !== stage || !isBegun(event)) continue
    breakAt(point)
  }
}

/** On a slow machine the first word of the embedding stage is that nothing is embedded yet. */
function isBegun(event: IndexEvent): boolean {
  return event.type !== 'embedding.progressed' || event.embeddedChunks > 0
}

async function begin(indexer: Indexer): Promise<IndexRun | null> {
  const { resume, path, url } = assignment
  const status = resume === null ? null : await store.journal.tasks.status(resume)
  // A task that had not been recorded when its process died was never promised.
  if (status === null) {
    return indexer.index(url === null ? { path } : { url, name: basename(path) })
  }
  say({ taskId: status.taskId })
  // Killed after its last event: there is nothing to go on with.
  return status.status === 'completed' ? null : indexer.resume(status.taskId)
}

const store = sqlite({
  path: join(assignment.data, 'cairn.db'),
  ...(assignment.maxBytes === null ? {} : { maxBytes: assignment.maxBytes }),
})
const servers = openServerStores(assignment.stores)
const storage = { ...store, ...servers.storage }
const embedder = staticEmbedder({ threads: 1 })
const batchSize = assignment.batchSize ?? embedder.batchSize
// What may be on its way does not depend on the machine.
const parseThreads = 2
const isRemote = storage.vectors.isRemote || storage.graph.isRemote
say({ inFlight: mostInFlight({ parseThreads, batchSize, isRemote }) })
const indexer = createIndexer({
  storage: watchStorage(storage, watch),
  embedder: { ...watchEmbedder(embedder, watch), ...(batchSize ? { batchSize } : {}) },
  limits: { parseThreads },
  cloneDirectory: join(assignment.data, 'clones'),
})
if (assignment.queries.length > 0) say({ hits: await answersTo(indexer, assignment.queries) })
run = await begin(indexer)
if (run) {
  taskId = run.taskId
  say({ taskId })
  run.on('event', onEvent)
  try {
    const { durationSeconds } = await run.finished
    const olderThanHours = assignment.dropTasksOlderThanHours
    if (olderThanHours !== null) await indexer.cleanup({ olderThanHours })
    say({ completed: true, durationSeconds })
  } catch (error) {
    const { code, message, recoverable } = error as CairnError
    say({ error: { code, message, recoverable } })
    if (cancelledMs !== null) say({ cancelledAfterMs: performance.now() - cancelledMs })
  }
  hasEnded = true
} else say({ completed: true, durationSeconds: 0 })
say({ calls: Object.fromEntries(calls) })
await indexer.close()
await embedder.close?.()
await servers.close()
await store.close()
