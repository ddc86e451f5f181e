/** A real indexer behind a real status server that serves the page, and its network to break. */
import { execFile } from 'node:child_process'
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import {
  createIndexer,
  type Embedder,
  type Indexer,
  type IndexRun,
  type Storage,
} from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import { createStatusServer } from '@cairn/server'
import { attachUpgrades, nodeHandler } from '@cairn/server/node'
import { sqlite } from '@cairn/store-sqlite'

const run = promisify(execFile)

/** What {@link showIndexer} gives. */
export interface ShownIndexer {
  readonly indexer: Indexer
  readonly storage: Storage
  /** Address of the page. */
  readonly page: string
  /** The folder that holds the repositories, from where they may be indexed by the page. */
  readonly folder: string
  /** The embedder waits after so many more calls; `Infinity` lets it go on. */
  letThrough(calls: number): void
  /** A Git repository with the code of one of this workspace's packages. */
  repository(name: string): Promise<string>
  /** Indexes such a repository; its task is known when it returns. */
  index(name: string): Promise<IndexRun>
  /** Breaks every connection, and refuses new ones until it is called with false. */
  cut(isCut: boolean): void
  close(): Promise<void>
}

/** What is shown, and how. */
export interface ShowOptions {
  readonly pageFolder: string
  /** With the routes that change something. */
  readonly control?: boolean
  /** Of another host of the page, whose readers it lets read. */
  readonly pageOrigin?: string
  /** Milliseconds without progress after which a run counts as stalled. */
  readonly stallAfterMs?: number
}

/** An indexer with its page. */
export async function showIndexer(options: ShowOptions): Promise<ShownIndexer> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-dashboard-'))
  const storage = sqlite({ path: join(folder, 'data', 'cairn.db') })
  const embedder = staticEmbedder({ threads: 1 })
  const gate = createGate()
  const indexer = createIndexer({
    storage,
    embedder: gated(embedder, gate.pass),
    cloneDirectory: join(folder, 'data', 'clones'),
    ...(options.stallAfterMs ? { limits: { stallAfterMs: options.stallAfterMs } } : {}),
  })
  const common = {
    dashboard: { folder: options.pageFolder },
    ...(options.pageOrigin ? { origins: [options.pageOrigin], cors: true } : {}),
  }
  const status =
    options.control === true
      ? createStatusServer({ ...common, source: indexer, control: true, allowedRoots: [folder] })
      : createStatusServer({ ...common, source: indexer })
  const http = createServer(nodeHandler(status))
  attachUpgrades(http, status)
  const port = await listen(http)
  const proxy = await createProxy(port)
  const repository = async (name: string): Promise<string> => {
    const path = join(folder, name)
    await mkdir(path)
    await cp(join(import.meta.dirname, '../..', name, 'src'), join(path, 'src'), {
      recursive: true,
    })
    const git = (...words: string[]) =>
      run('git', ['-c', 'user.name=Test', '-c', 'user.email=test@example.com', ...words], {
        cwd: path,
      })
    await git('init', '--quiet', '--initial-branch=main')
    await git('add', '--all')
    await git('-c', 'commit.gpgsign=false', 'commit', '--quiet', '--message', 'First')
    return path
  }
  return {
    indexer,
    storage,
    folder,
    page: `http://127.0.0.1:${proxy.port}${status.basePath}/dashboard/`,
    letThrough: gate.letThrough,
    repository,
    async index(name) {
      const task = indexer.index({ path: await repository(name), name })
      await new Promise<void>((resolve) => task.once('run.queued', () => resolve()))
      return task
    },
    cut: proxy.cut,
    async close() {
      gate.letThrough(Number.POSITIVE_INFINITY)
      proxy.close()
      await status.close()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
      await indexer.close()
      await embedder.close?.()
      await storage.close()
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function createGate() {
  let left = Number.POSITIVE_INFINITY
  const waiting: (() => void)[] = []
  return {
    letThrough(calls: number): void {
      left = calls
      while (left > 0 && waiting.length > 0) {
        left -= 1
        waiting.shift()?.()
      }
    },
    async pass(): Promise<void> {
      if (left > 0) left -= 1
      else await new Promise<void>((resolve) => waiting.push(resolve))
    },
  }
}

function gated(embedder: Embedder, pass: () => Promise<void>): Embedder {
  return {
    id: embedder.id,
    fingerprint: embedder.fingerprint,
    dimensions: embedder.dimensions,
    maxTokens: embedder.maxTokens,
    // Small, so that a run has many steps to be seen.
    batchSize: 8,
    async embedDocuments(texts, options) {
      await pass()
      return embedder.embedDocuments(texts, options)
    },
    embedQuery: (text, options) => embedder.embedQuery(text, options),
  }
}

function listen(server: {
  listen(port: number, host: string, then: () => void): unknown
  address(): unknown
}) {
  return new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port))
  })
}

async function createProxy(target: number) {
  const sockets = new Set<Socket>()
  let isDown = false
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createTcpServer((client) => {
    keep(client)
    if (isDown) {
      client.resetAndDestroy()
      return
    }
    const upstream = connect(target, '127.0.0.1')
    keep(upstream)
    client.pipe(upstream).pipe(client)
  })
  const port = await listen(server)
  const breakAll = (): void => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  return {
    port,
    cut(isCut: boolean): void {
      isDown = isCut
      if (isCut) breakAll()
    },
    close(): void {
      server.close()
      breakAll()
    },
  }
}
