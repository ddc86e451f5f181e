/** What the tests of this package share: real repositories in temporary folders, and an indexer. */
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import {
  createIndexer,
  type Embedder,
  type Indexer,
  type IndexerOptions,
  type Storage,
} from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import type { IndexEvent } from '@cairn/protocol'
import { sqlite } from '@cairn/store-sqlite'

const identity = [
  '-c',
  'user.name=Test',
  '-c',
  'user.email=test@example.com',
  '-c',
  'commit.gpgsign=false',
]

/** Runs git in a folder and gives its output. */
export function git(folder: string, ...args: string[]): string {
  return execFileSync('git', [...identity, ...args], {
    cwd: folder,
    encoding: 'utf8',
    stdio: 'pipe',
  }).trim()
}

/** Writes files by path below a folder. */
export function writeFiles(folder: string, files: Record<string, string | Uint8Array>): void {
  for (const [path, content] of Object.entries(files)) {
    const target = join(folder, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, content)
  }
}

/** The words by which `process.execPath` runs a module of this text on the packages' source. */
export function moduleArguments(text: string): string[] {
  return [
    '--conditions=@cairn/source',
    '--disable-warning=ExperimentalWarning',
    '--input-type=module',
    '-e',
    text,
  ]
}

/** A folder of its own for one test, with everything that was opened for it. */
export interface Workbench {
  readonly folder: string
  /** A new Git repository with these files committed; its path. */
  repository(name: string, files: Record<string, string | Uint8Array>): string
  /** An indexer over a data folder of the workbench; opening the same again is another process's view. */
  open(options?: OpenOptions): Opened
  /** Closes what was opened and removes the folder. */
  close(): Promise<void>
}

export interface Opened {
  readonly indexer: Indexer
  readonly storage: Storage
  readonly embedder: Embedder
  /** Closes the indexer and what was opened for it. */
  close(): Promise<void>
}

export interface OpenOptions extends Partial<Omit<IndexerOptions, 'cloneDirectory'>> {
  /** @default 'data' */
  readonly data?: string
}

export function createWorkbench(): Workbench {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-e2e-'))
  const opened: (() => Promise<void>)[] = []
  return {
    folder,
    repository(name, files) {
      const path = join(folder, name)
      mkdirSync(path, { recursive: true })
      git(path, 'init', '--quiet', '--initial-branch=main')
      writeFiles(path, files)
      git(path, 'add', '--all')
      git(path, 'commit', '--quiet', '--allow-empty', '-m', 'First')
      return path
    },
    open({ data = 'data', ...options } = {}) {
      const own = options.storage ? null : sqlite({ path: join(folder, data, 'cairn.db') })
      const storage = options.storage ?? own
      if (!storage) throw new Error('unreachable')
      const ownEmbedder = options.embedder ? null : staticEmbedder({ threads: 1 })
      const embedder = options.embedder ?? ownEmbedder
      if (!embedder) throw new Error('unreachable')
      const indexer = createIndexer({
        ...options,
        storage,
        embedder,
        cloneDirectory: join(folder, data, 'clones'),
      })
      const close = async (): Promise<void> => {
        await indexer.close()
        await ownEmbedder?.close?.()
        await own?.close()
      }
      opened.push(close)
      return { indexer, storage, embedder, close }
    },
    async close() {
      for (const close of opened.reverse()) await close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A small repository in several languages whose calls cross files. */
export const shop: Readonly<Record<string, string>> = {
  'README.md': '# Shop\n\nSells things.\n\n## Prices\n\nPrices are in cents.\n',
  'shop/prices.py':
    '"""Prices in cents."""\n\n\ndef parse_price(text):\n    """Turn a price such as 1.50 into cents."""\n    whole, _, rest = text.partition(".")\n    return int(whole) * 100 + int(rest or 0)\n',
  'shop/cart.py':
    'from .prices import parse_price\n\n\nclass Cart:\n    """What a customer wants to buy."""\n\n    def __init__(self):\n        self.items = []\n\n    def add(self, name, price):\n        """Put an item into the cart."""\n        self.items.append((name, parse_price(price)))\n\n    def total(self):\n        """Sum of all prices in the cart."""\n        return sum(price for _, price in self.items)\n',
  'web/retry.ts':
    '/** Tries a request again after a pause when it failed. */\nexport async function retryRequest(send: () => Promise<Response>): Promise<Response> {\n  try {\n    return await send()\n  } catch {\n    return await send()\n  }\n}\n',
  'web/checkout.ts':
    "import { retryRequest } from './retry.ts'\n\n/** Sends the order to the payment provider. */\nexport function payOrder(order: string): Promise<Response> {\n  return retryRequest(() => fetch('/pay', { method: 'POST', body: order }))\n}\n",
  'logo.bin': '\0\u0001\u0002binary\0',
}

/** `real`, but for what is changed of it: an embedder that fails as a provider does. */
export function failing(real: Embedder, changes: Partial<Embedder>): Embedder {
  return {
    id: real.id,
    fingerprint: real.fingerprint,
    dimensions: real.dimensions,
    maxTokens: real.maxTokens,
    embedDocuments: (texts, options) => real.embedDocuments(texts, options),
    embedQuery: (text, options) => real.embedQuery(text, options),
    ...changes,
  }
}

/** Collects every event of an emitter. */
export function collectEvents(emitter: {
  on(channel: 'event', listener: (event: IndexEvent) => void): unknown
}): IndexEvent[] {
  const events: IndexEvent[] = []
  emitter.on('event', (event) => events.push(event))
  return events
}
