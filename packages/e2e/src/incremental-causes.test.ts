/** What each kind of change costs: a run does over just what it must, in a repository and in a plain folder. */
import { chmodSync, mkdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Embedder,
  type IndexRequest,
  type IndexResult,
  language,
  type Storage,
} from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import { contentOf } from '@cairn/faults/stored-content'
import { sqlite } from '@cairn/store-sqlite'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createWorkbench,
  failing,
  git,
  type Opened,
  type OpenOptions,
  shop,
  type Workbench,
  writeFiles,
} from './fixture.ts'

let bench: Workbench
let real: Embedder
beforeAll(() => {
  real = staticEmbedder({ threads: 1 })
})
afterAll(() => real.close?.())
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

const sources = { ...shop }

/** What one run did. */
interface Cost {
  readonly files: Partial<IndexResult['files']>
  /** Files that were parsed. */
  readonly parsed: number
  readonly embedded: number
}

/** An indexer over one store that can be opened with other options, and counts its work. */
function openCounting() {
  const own = sqlite({ path: join(bench.folder, 'data', 'cairn.db') })
  let parsed = 0
  let embedded = 0
  let opened: Opened | null = null
  let used: OpenOptions | undefined
  const { journal } = own
  const storage: Storage = {
    ...own,
    journal: {
      ...journal,
      spool: {
        ...journal.spool,
        async write(repository, files) {
          parsed += files.length
          await journal.spool.write(repository, files)
        },
      },
    },
  }
  const count = (embedder: Embedder): Embedder =>
    failing(embedder, {
      embedDocuments: (texts, options) => {
        embedded += texts.length
        return embedder.embedDocuments(texts, options)
      },
    })
  return {
    storage,
    async close(): Promise<void> {
      await opened?.close()
      await own.close()
    },
    async index(request: IndexRequest, options?: OpenOptions): Promise<Cost & IndexResult> {
      parsed = 0
      embedded = 0
      if (options !== used || !opened) {
        await opened?.close()
        const embedder = count(options?.embedder ?? real)
        opened = bench.open({ ...options, storage, embedder })
        used = options
      }
      const result = await opened.indexer.index(request).finished
      return { ...result, parsed, embedded }
    },
  }
}

/** What the same files give in a store of their own. */
async function freshContent(request: IndexRequest, options: OpenOptions = {}): Promise<unknown> {
  const { indexer, storage, close } = bench.open({ embedder: real, ...options, data: 'fresh' })
  await indexer.index(request).finished
  const content = await contentOf(storage, 'shop')
  await close()
  return content
}

/** Another embedder: the same vectors in another space. */
const otherEmbedder = (): Embedder =>
  failing(real, { id: 'other', fingerprint: `${real.fingerprint}-other` })

const others = language({ id: 'prices', extensions: ['.prices'] })

interface Change {
  readonly change?: (path: string) => void
  readonly before?: { request?: Partial<IndexRequest>; options?: () => OpenOptions }
  readonly after?: { request?: Partial<IndexRequest>; options?: () => OpenOptions }
  readonly files: Cost['files']
  readonly parsed: number
  /** Texts that are embedded; `all`: as many as by the first run. */
  readonly embedded: number | 'all'
}

const setMode = (mode: number) => (path: string) => chmodSync(join(path, 'shop/prices.py'), mode)

const changes: Readonly<Record<string, Change>> = {
  nothing: { files: { unchanged: 5, indexed: 0, deleted: 0 }, parsed: 0, embedded: 0 },
  'a file with other content': {
    change: (path) =>
      writeFiles(path, { 'shop/prices.py': 'def parse_price(text):\n    return 7\n' }),
    files: { unchanged: 4, indexed: 1, deleted: 0 },
    parsed: 1,
    embedded: 1,
  },
  'a new file': {
    change: (path) => writeFiles(path, { 'shop/new.py': 'def fresh():\n    return 1\n' }),
    files: { unchanged: 5, indexed: 1, deleted: 0 },
    parsed: 1,
    embedded: 1,
  },
  'a file that is gone': {
    change: (path) => rmSync(join(path, 'web/retry.ts')),
    files: { unchanged: 4, indexed: 0, deleted: 1 },
    parsed: 0,
    embedded: 0,
  },
  'a renamed file': {
    change: (path) => renameSync(join(path, 'shop/prices.py'), join(path, 'shop/amounts.py')),
    files: { unchanged: 4, indexed: 1, deleted: 1 },
    parsed: 1,
    embedded: 0,
  },
  'a renamed folder': {
    change: (path) => renameSync(join(path, 'shop'), join(path, 'store')),
    files: { unchanged: 3, indexed: 2, deleted: 2 },
    parsed: 2,
    embedded: 0,
  },
  'a name in other case': {
    change: (path) => renameSync(join(path, 'README.md'), join(path, 'Readme.md')),
    files: { unchanged: 4, indexed: 1, deleted: 1 },
    parsed: 1,
    embedded: 0,
  },
  'another mode': {
    change: setMode(0o755),
    files: { unchanged: 5, indexed: 0, deleted: 0 },
    parsed: 0,
    embedded: 0,
  },
  'other times alone': {
    change: (path) => {
      utimesSync(join(path, 'shop/prices.py'), new Date(0), new Date(0))
      utimesSync(join(path, 'web/retry.ts'), new Date('2100-01-01'), new Date('2100-01-01'))
    },
    files: { unchanged: 5, indexed: 0, deleted: 0 },
    parsed: 0,
    embedded: 0,
  },
  'other content of the same size and times': {
    change: (path) => {
      const file = join(path, 'shop/prices.py')
      const { atime, mtime } = statSync(file)
      const [source = ''] = [sources['shop/prices.py']]
      writeFiles(path, { 'shop/prices.py': source.replace('* 100', '* 999') })
      utimesSync(file, atime, mtime)
    },
    files: { unchanged: 4, indexed: 1, deleted: 0 },
    parsed: 1,
    embedded: 1,
  },
}

/** Changes of what is asked, wherever the files come from. */
const otherwise: Readonly<Record<string, Change>> = {
  'a wider pattern': {
    before: { request: { include: ['shop/**'] } },
    files: { unchanged: 2, indexed: 3 },
    parsed: 3,
    embedded: 5,
  },
  'a narrower pattern': {
    after: { request: { exclude: ['web/**'] } },
    files: { unchanged: 3, indexed: 0 },
    parsed: 0,
    embedded: 0,
  },
  'one more language': {
    after: { options: () => ({ languages: [others] }) },
    files: { unchanged: 0, indexed: 5 },
    parsed: 5,
    embedded: 0,
  },
  'chunks of another size': {
    after: { options: () => ({ limits: { maxChunkCharacters: 200 } }) },
    files: { unchanged: 0, indexed: 5 },
    parsed: 5,
    // Those that were larger are cut; the texts that stay are not embedded again.
    embedded: 2,
  },
  'another embedder': {
    after: { options: () => ({ embedder: otherEmbedder() }) },
    files: { unchanged: 0, indexed: 5 },
    parsed: 0,
    embedded: 'all',
  },
}

describe.each([
  ['a repository', { ...changes, ...otherwise }],
  ['a plain folder', changes],
])('in %s', (kind, cases) => {
  const make = (): string => {
    if (kind === 'a repository') return bench.repository('shop', sources)
    const path = join(bench.folder, 'shop')
    mkdirSync(path)
    writeFiles(path, sources)
    return path
  }

  test.each(Object.entries(cases))('%s does over just what it must', async (_, given) => {
    const { change, before, after, files, parsed, embedded } = given
    const path = make()
    const counted = openCounting()
    try {
      const first = await counted.index({ path, ...before?.request }, before?.options?.())
      expect(first.parsed).toBe(first.files.indexed)
      change?.(path)
      const second = await counted.index({ path, ...after?.request }, after?.options?.())
      expect(second).toMatchObject({
        files,
        parsed,
        embedded: embedded === 'all' ? first.embedded : embedded,
      })
      expect(await contentOf(counted.storage, 'shop')).toEqual(
        await freshContent({ path, ...after?.request }, after?.options?.()),
      )
      // And back again: what was embedded once is in the cache.
      if (after?.options) {
        expect(await counted.index({ path })).toMatchObject({ embedded: 0 })
      }
    } finally {
      await counted.close()
    }
  })
})

test('a branch switched back and forth costs the files that differ, and no embedding', async () => {
  const path = bench.repository('shop', sources)
  git(path, 'checkout', '--quiet', '-b', 'feature')
  writeFiles(path, { 'shop/prices.py': 'def parse_price(text):\n    return 7\n' })
  rmSync(join(path, 'web/retry.ts'))
  git(path, 'add', '--all')
  git(path, 'commit', '--quiet', '-m', 'Feature')
  const counted = openCounting()
  try {
    await counted.index({ path })
    git(path, 'checkout', '--quiet', 'main')
    await counted.index({ path })
    const costs = []
    for (const branch of ['feature', 'main', 'feature']) {
      git(path, 'checkout', '--quiet', branch)
      const { files, parsed, embedded } = await counted.index({ path })
      costs.push([files.indexed, files.deleted, parsed, embedded])
    }
    expect(costs).toEqual([
      [1, 1, 1, 0],
      [2, 0, 2, 0],
      [1, 1, 1, 0],
    ])
  } finally {
    await counted.close()
  }
})

test('a history that was rewritten to the same files costs nothing, and is another commit', async () => {
  const path = bench.repository('shop', sources)
  const counted = openCounting()
  try {
    const first = await counted.index({ path, ref: 'main' })
    git(path, 'checkout', '--quiet', '--orphan', 'rewritten')
    git(path, 'commit', '--quiet', '-m', 'All of it anew')
    git(path, 'branch', '--force', 'main', 'rewritten')
    const second = await counted.index({ path, ref: 'main' })
    expect(second).toMatchObject({
      commit: git(path, 'rev-parse', 'rewritten'),
      files: { unchanged: 5, indexed: 0, deleted: 0 },
      parsed: 0,
      embedded: 0,
    })
    expect(second.commit).not.toBe(first.commit)
  } finally {
    await counted.close()
  }
})
