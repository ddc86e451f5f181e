/** What the tests share: a real indexer, whose runs stand still in embedding, behind a real status server. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIndexer, type Indexer } from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import { createStatusServer, type StatusServer, type StatusServerOptions } from '@cairn/server'
import { attachUpgrades, nodeHandler } from '@cairn/server/node'
import { sqlite } from '@cairn/store-sqlite'
import { type GatedEmbedder, gatedEmbedder } from './gated-embedder.test-support.ts'
import { type LocalServer, listen } from './http-server.test-support.ts'

/** An indexer behind a status server. */
export interface IndexingServer {
  readonly indexer: Indexer
  readonly embedder: GatedEmbedder
  /** Address of the base path. */
  readonly url: string
  readonly port: number
  /** Requests that are being answered now, and WebSockets that are open. */
  busy(): number
  /** Starts a run over a repository of so many files, which stands still before its first embedding. */
  start(name: string, files?: number): Promise<string>
  /** Lets a run go on to its end. */
  finish(taskId: string): Promise<void>
  /** Closes the status server, and starts another in its place on the same port. */
  restart(): Promise<void>
  close(): Promise<void>
}

/** An indexer behind a status server on a free port. */
export async function startIndexingServer(
  options: Partial<StatusServerOptions> = {},
): Promise<IndexingServer> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-client-'))
  const storage = sqlite({ path: join(folder, 'cairn.db') })
  const table = staticEmbedder({ threads: 1 })
  const embedder = gatedEmbedder(table)
  const indexer = createIndexer({ storage, embedder, cloneDirectory: join(folder, 'clones') })
  const mount = (): StatusServer => {
    const made = createStatusServer({ source: indexer, ...options } as StatusServerOptions)
    return {
      ...made,
      handleUpgrade(request, socket, ...rest) {
        http.upgraded(socket)
        return made.handleUpgrade(request, socket, ...rest)
      },
    }
  }

  /** Each settles when its run has ended, whichever way. */
  const runs = new Map<string, Promise<void>>()
  let server = mount()
  let handler = nodeHandler(server)
  const http: LocalServer = await listen((request, response) => handler(request, response))
  let detach = attachUpgrades(http.server, server)

  return {
    indexer,
    embedder,
    url: http.origin + server.basePath,
    port: Number(new URL(http.origin).port),
    busy: http.busy,
    async start(name, files = 3) {
      const path = join(folder, name)
      makeRepository(path, name, files)
      const run = indexer.index({ path, name })
      const settled = run.finished.then(
        () => {},
        () => {},
      )
      runs.set(run.taskId, settled)
      await new Promise<void>((resolve) => {
        run.on('stage.started', ({ stage }) => stage === 'embedding' && resolve())
      })
      return run.taskId
    },
    async finish(taskId) {
      embedder.open()
      await runs.get(taskId)
      embedder.shut()
    },
    async restart() {
      detach()
      await server.close()
      server = mount()
      handler = nodeHandler(server)
      detach = attachUpgrades(http.server, server)
    },
    async close() {
      embedder.open()
      await server.close()
      await http.close()
      await indexer.close()
      await table.close?.()
      await storage.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function makeRepository(path: string, name: string, files: number): void {
  mkdirSync(path, { recursive: true })
  for (let file = 0; file < files; file += 1) {
    const text = `def ${name}_${file}(price):\n    """Turn price ${file} into cents."""\n    return ${file}\n`
    writeFileSync(join(path, `module_${file}.py`), text)
  }
  const git = (...words: string[]) => execFileSync('git', words, { cwd: path, stdio: 'pipe' })
  git('init', '--quiet', '--initial-branch=main')
  git('add', '--all')
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com']
  git(...identity, '-c', 'commit.gpgsign=false', 'commit', '--quiet', '-m', 'First')
}
