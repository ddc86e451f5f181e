/** How fast requests are answered. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIndexer } from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import type { NewIndexEvent } from '@cairn/protocol'
import { sqlite } from '@cairn/store-sqlite'
import autocannon from 'autocannon'
import { type ServerKind, startServer } from './serving-server.ts'

/** Requests a second of one task's document. */
export async function requestRate(kind: ServerKind): Promise<number> {
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
export async function listLatencies(): Promise<number[]> {
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
