/** What the tests of this package share: real repositories, a real indexer, and a server on a real port. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createIndexer, type Embedder, type Indexer } from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import { type SqliteStorage, sqlite } from '@cairn/store-sqlite'
import { createStatusServer } from './create-status-server.ts'
import { attachUpgrades, nodeHandler } from './node.ts'
import type { StatusServer, StatusServerOptions } from './options.ts'
import { type RecordedTask, recordedTask } from './recorded-task.test-support.ts'

/** A status server that listens. */
export interface Mounted {
  readonly server: StatusServer
  readonly httpServer: Server
  /** Address of the base path. */
  readonly url: string
  /** The same for WebSockets. */
  readonly socketUrl: string
  readonly port: number
}

/** A folder of its own for one test, with everything that was opened for it. */
export interface Workbench {
  readonly folder: string
  readonly indexer: Indexer
  readonly storage: SqliteStorage
  /** A task whose events the test writes into the journal. */
  task(taskId: string, repository?: string): RecordedTask
  /** A new Git repository with these files committed; its path. */
  repository(name: string, files?: Readonly<Record<string, string>>): string
  /** Mounts a server on a port of its own. */
  mount(options?: Partial<StatusServerOptions>): Promise<Mounted>
  /** Closes what was opened and removes the folder. */
  close(): Promise<void>
}

/** A small repository whose calls cross files. */
const shop: Readonly<Record<string, string>> = {
  'README.md': '# Shop\n\nSells things.\n',
  'shop/prices.py':
    'def parse_price(text):\n    """Turn a price into cents."""\n    return int(text)\n',
  'shop/cart.py':
    'from .prices import parse_price\n\n\ndef add(items, price):\n    """Put an item into the cart."""\n    items.append(parse_price(price))\n',
}

/** A workbench, whose indexer has this embedder instead of the built-in one. */
export function createWorkbench(
  wrap: (embedder: Embedder) => Embedder = (embedder) => embedder,
): Workbench {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-server-'))
  const storage = sqlite({ path: join(folder, 'data', 'cairn.db') })
  const embedder = staticEmbedder({ threads: 1 })
  const indexer = createIndexer({
    storage,
    embedder: wrap(embedder),
    cloneDirectory: join(folder, 'data', 'clones'),
    // A remote that is away stays away: no test waits a minute for it.
    limits: { retries: 1 },
  })
  const closers: (() => Promise<void>)[] = []
  return {
    folder,
    indexer,
    storage,
    task: (taskId, repository) => recordedTask(storage.journal, taskId, repository),
    repository(name, files = shop) {
      const path = join(folder, name)
      mkdirSync(path, { recursive: true })
      git(path, 'init', '--quiet', '--initial-branch=main')
      for (const [file, text] of Object.entries(files)) {
        mkdirSync(dirname(join(path, file)), { recursive: true })
        writeFileSync(join(path, file), text)
      }
      git(path, 'add', '--all')
      git(path, 'commit', '--quiet', '-m', 'First')
      return path
    },
    async mount(options = {}) {
      const server = createStatusServer({ source: indexer, ...options } as StatusServerOptions)
      const httpServer = createServer(nodeHandler(server))
      attachUpgrades(httpServer, server)
      await new Promise<void>((resolve) => {
        httpServer.listen(0, '127.0.0.1', resolve)
      })
      const { port } = httpServer.address() as AddressInfo
      closers.push(async () => {
        await server.close()
        httpServer.closeAllConnections()
        await new Promise((resolve) => {
          httpServer.close(resolve)
        })
      })
      const address = `127.0.0.1:${port}${server.basePath}`
      return {
        server,
        httpServer,
        url: `http://${address}`,
        socketUrl: `ws://${address}`,
        port,
      }
    },
    async close() {
      for (const close of closers.reverse()) await close()
      await indexer.close()
      await embedder.close?.()
      await storage.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function git(folder: string, ...words: string[]): void {
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com']
  execFileSync('git', [...identity, '-c', 'commit.gpgsign=false', ...words], {
    cwd: folder,
    stdio: 'pipe',
  })
}
