/**
 * The status server against a bare `ws` broadcast and a bare `node:http` handler that send the same bytes,
 * each in a process of its own on one core, measured alternately.
 *
 *     pnpm bench:serving
 */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createIndexer } from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import type { NewIndexEvent } from '@cairn/protocol'
import { sqlite } from '@cairn/store-sqlite'
import autocannon from 'autocannon'
import { WebSocket } from 'ws'
import { markdownTable } from './markdown-table.ts'
import type { Command, Report } from './serving-process.ts'

const rounds = Number(process.env.CAIRN_BENCH_ROUNDS ?? 3)
const readers = 1_000
const deafReaders = 100
const updates = 40
const updateEveryMs = 250
const basePath = '/api/v1/index'

type ServerKind = 'cairn' | 'bare' | 'list'
type Measure = Extract<Report, { kind: 'measured' }>

interface Server {
  readonly url: string
  ask(command: Command): Promise<Report>
  measure(): Promise<Measure>
  stop(): Promise<void>
}

async function startServer(kind: ServerKind, folder = ''): Promise<Server> {
  const child: ChildProcess = fork(
    fileURLToPath(new URL('./serving-process.ts', import.meta.url)),
    [kind, folder],
    { execArgv: [...process.execArgv, '--expose-gc'] },
  )
  const [{ port }] = (await once(child, 'message')) as [Extract<Report, { kind: 'listening' }>]
  const ask = async (command: Command): Promise<Report> => {
    const answer = once(child, 'message')
    child.send(command)
    const [report] = (await answer) as [Report]
    return report
  }
  return {
    url: `http://127.0.0.1:${port}${basePath}`,
    ask,
    async measure() {
      const report = await ask({ kind: 'measure' })
      if (report.kind !== 'measured') throw new Error(`The server told ${report.kind} instead.`)
      return report
    },
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

interface Broadcast {
  readonly p50Ms: number
  readonly p99Ms: number
  /** Readers that got the last document. */
  readonly told: number
  readonly addedBytes: number
  /** Beside the idle server, once those who do not read are gone and the others have closed. */
  readonly leftBytes: number
  readonly cut: number
}

/** 1,000 readers of one task, of which `deaf` do not read. */
async function broadcast(kind: ServerKind, deaf: number): Promise<Broadcast> {
  const server = await startServer(kind)
  try {
    const idle = await server.measure()
    const delaysMs: number[] = []
    let told = 0
    let cut = 0
    const sockets = await Promise.all(
      Array.from({ length: readers }, async (_, index) => {
        // Not all at the same moment: the server's queue of connections has an end.
        await delay(index * 2)
        const socket = new WebSocket(`${server.url.replace('http', 'ws')}/status/task/stream`, {
          perMessageDeflate: false,
        })
        socket.on('message', (data: Buffer) => {
          const at = data.indexOf('sent ')
          if (at < 0) return
          const sent = BigInt(data.toString('latin1', at + 5, data.indexOf('.', at)))
          // What those who do not read had in their buffers comes when they are ended.
          if (index >= deaf) delaysMs.push(Number(process.hrtime.bigint() - sent) / 1e6)
          if (data.includes('"completed","current_stage":"completed"')) told++
        })
        socket.on('error', () => socket.terminate())
        socket.on('close', () => {
          if (index < deaf) cut++
        })
        await once(socket, 'message')
        if (index < deaf) rawSocket(socket).pause()
        return socket
      }),
    )
    await server.ask({ kind: 'updates', count: updates, everyMs: updateEveryMs })
    const full = await server.measure()
    // Longer than a reader may take nothing.
    await delay(deaf > 0 ? 14_000 : 1_000)
    for (const socket of sockets) socket.terminate()
    await delay(1_000)
    const after = await server.measure()
    const sorted = delaysMs.sort((one, other) => one - other)
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
    return {
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      told,
      cut,
      addedBytes: full.residentBytes - idle.residentBytes,
      leftBytes: after.heapBytes - idle.heapBytes,
    }
  } finally {
    await server.stop()
  }
}

function rawSocket(socket: WebSocket): Socket {
  return (socket as unknown as { _socket: Socket })._socket
}

/** Requests a second of one task's document. */
async function requestRate(kind: ServerKind): Promise<number> {
  const server = await startServer(kind)
  try {
    const { requests, non2xx, errors } = await autocannon({
      url: `${server.url}/status/task`,
      connections: 50,
      duration: 5,
    })
    if (non2xx + errors > 0) throw new Error(`${non2xx + errors} requests failed.`)
    return requests.average
  } finally {
    await server.stop()
  }
}

/** Milliseconds of `GET /status?limit=50` with 10,000 tasks. */
async function listLatencies(): Promise<number[]> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-bench-'))
  try {
    await writeTasks(folder, 10_000)
    const server = await startServer('list', folder)
    try {
      const latencies: number[] = []
      for (let index = 0; index < 220; index++) {
        const before = performance.now()
        const response = await fetch(`${server.url}/status?limit=50`)
        const { tasks } = (await response.json()) as { tasks: unknown[] }
        if (tasks.length !== 50) throw new Error(`The list has ${tasks.length} tasks.`)
        if (index >= 20) latencies.push(performance.now() - before)
      }
      return latencies.sort((one, other) => one - other)
    } finally {
      await server.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function writeTasks(folder: string, count: number): Promise<void> {
  // The indexer makes the folder as it makes every data folder.
  const storage = sqlite({ path: join(folder, 'cairn.db') })
  const embedder = staticEmbedder()
  const indexer = createIndexer({ storage, embedder, cloneDirectory: join(folder, 'clones') })
  await storage.journal.acquireWriter()
  const page = 250
  for (let start = 0; start < count; start += page) {
    const events: NewIndexEvent[] = []
    for (let index = start; index < start + page; index++) {
      const common = { taskId: `task-${index}`, runId: `run-${index}`, at: new Date() }
      events.push(
        {
          ...common,
          type: 'run.queued',
          repository: `repository-${index % 200}`,
          source: { kind: 'local', path: '/code', ref: null },
        },
        { ...common, type: 'run.started' },
        {
          ...common,
          type: 'run.completed',
          files: { indexed: 100, unchanged: 0, skipped: 3, failed: 0, deleted: 0 },
          chunks: 900,
          symbols: 700,
          edges: 1_200,
          durationSeconds: 2,
          freshness: { ref: null, commit: null },
        },
      )
    }
    await storage.journal.tasks.append(events)
  }
  await indexer.close()
  await storage.close()
  await embedder.close?.()
}

/** What 10,000 connections leave behind. */
async function churn(): Promise<{ before: Measure; after: Measure }> {
  const server = await startServer('cairn')
  const url = `${server.url.replace('http', 'ws')}/status/task/stream`
  const connectAll = async (times: number): Promise<void> => {
    for (let done = 0; done < times; done += 100) {
      await Promise.all(
        Array.from({ length: 100 }, async () => {
          const socket = new WebSocket(url, { perMessageDeflate: false })
          await once(socket, 'message')
          socket.close()
          await once(socket, 'close')
        }),
      )
    }
  }
  try {
    await connectAll(1_000)
    await delay(500)
    const before = await server.measure()
    await connectAll(10_000)
    await delay(500)
    return { before, after: await server.measure() }
  } finally {
    await server.stop()
  }
}

const median = (numbers: readonly number[]): number =>
  [...numbers].sort((one, other) => one - other)[numbers.length >> 1] ?? Number.NaN
const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1)

const measured: { bare: Broadcast; cairn: Broadcast; deaf: Broadcast }[] = []
for (let round = 0; round < rounds; round++) {
  measured.push({
    bare: await broadcast('bare', 0),
    cairn: await broadcast('cairn', 0),
    deaf: await broadcast('cairn', deafReaders),
  })
}
const row = (name: string, of: readonly Broadcast[]): Record<string, string> => ({
  readers: name,
  'p50 ms': median(of.map(({ p50Ms }) => p50Ms)).toFixed(1),
  'p99 ms': median(of.map(({ p99Ms }) => p99Ms)).toFixed(1),
  'got the end': of.map(({ told }) => told).join(', '),
  'cut off': of.map(({ cut }) => cut).join(', '),
  'added MB': megabytes(median(of.map(({ addedBytes }) => addedBytes))),
  'heap left MB': megabytes(median(of.map(({ leftBytes }) => leftBytes))),
})
console.log(
  markdownTable([
    row(
      `bare broadcast, ${readers}`,
      measured.map(({ bare }) => bare),
    ),
    row(
      `cairn, ${readers}`,
      measured.map(({ cairn }) => cairn),
    ),
    row(
      `cairn, ${readers}, of which ${deafReaders} do not read`,
      measured.map(({ deaf }) => deaf),
    ),
  ]),
)
const p99Ratio = median(measured.map(({ bare, cairn }) => cairn.p99Ms / bare.p99Ms))
console.log(`\np99 of cairn ÷ bare, median of ${rounds}: ${p99Ratio.toFixed(2)}\n`)

const rates: { bare: number; cairn: number }[] = []
for (let round = 0; round < rounds; round++) {
  rates.push({ bare: await requestRate('bare'), cairn: await requestRate('cairn') })
}
console.log(
  markdownTable([
    {
      'GET /status/{id}': 'requests/s',
      bare: rates.map(({ bare }) => bare.toFixed(0)).join(', '),
      cairn: rates.map(({ cairn }) => cairn.toFixed(0)).join(', '),
      'cairn ÷ bare': median(rates.map(({ bare, cairn }) => cairn / bare)).toFixed(2),
    },
  ]),
)

const latencies = await listLatencies()
console.log(
  `\nGET /status?limit=50 of 10,000 tasks: p50 ${latencies[100]?.toFixed(1)} ms, p95 ${latencies[190]?.toFixed(1)} ms\n`,
)

const { before, after } = await churn()
console.log(
  markdownTable([
    {
      '10,000 connections': 'before',
      'heap MB': megabytes(before.heapBytes),
      'resident MB': megabytes(before.residentBytes),
      'timers and handles': String(before.resources),
    },
    {
      '10,000 connections': 'after',
      'heap MB': megabytes(after.heapBytes),
      'resident MB': megabytes(after.residentBytes),
      'timers and handles': String(after.resources),
    },
  ]),
)
