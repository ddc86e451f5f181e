import { mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Storage, StoreError } from '@cairn/core'
import { sqlite } from '@cairn/store-sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, type Opened, shop, type Workbench, writeFiles } from './fixture.ts'

let bench: Workbench
let path: string
let file: string
beforeEach(() => {
  bench = createWorkbench()
  path = bench.repository('shop', shop)
  file = join(bench.folder, 'data', 'cairn.db')
})
afterEach(() => bench.close())

/** Indexes the shop and closes the store. */
async function indexOnce(): Promise<void> {
  const { indexer, close } = bench.open()
  await indexer.index({ path }).finished
  await close()
}

/** An indexer over the same file with other options of the store. */
function openWith(options: { readOnly?: boolean; maxBytes?: number }): Opened {
  const storage = sqlite({ path: file, ...options })
  const opened = bench.open({ storage })
  return {
    ...opened,
    async close() {
      await opened.close()
      await storage.close()
    },
  }
}

async function retryHits({ indexer }: Opened): Promise<(string | null)[]> {
  const { hits } = await indexer.search('retry a failed request', { mode: 'lexical' })
  return hits.map(({ symbol }) => symbol)
}

test.each<[string, () => Promise<void>]>([
  [
    'is something else',
    async () => {
      mkdirSync(join(bench.folder, 'data'))
      writeFileSync(file, 'this is not a database, it is a note to myself\n'.repeat(100))
    },
  ],
  [
    'was cut short',
    async () => {
      await indexOnce()
      truncateSync(file, Math.floor(statSync(file).size / 2))
    },
  ],
])('a store file that %s ends every call as corrupt, and is left as it is', async (_, damage) => {
  await damage()
  const before = readFileSync(file)
  const { indexer } = bench.open()
  const run = indexer.index({ path })
  await expect(run.finished).rejects.toMatchObject({ name: 'StoreError', code: 'STORE_CORRUPT' })
  expect(run.status()).toBeNull()
  for (const call of [
    () => indexer.search('retry'),
    () => indexer.tasks(),
    () => indexer.repositories(),
    () => indexer.remove('shop'),
    () => indexer.reconcile('shop'),
  ]) {
    await expect(call()).rejects.toMatchObject({ code: 'STORE_CORRUPT' })
  }
  expect(readFileSync(file).equals(before)).toBe(true)
})

test('a store that may not be written refuses what writes, and answers', async () => {
  await indexOnce()
  const opened = openWith({ readOnly: true })
  const { indexer } = opened
  const refused = { code: 'STORE_READ_ONLY', recoverable: false }
  await expect(indexer.index({ path }).finished).rejects.toMatchObject(refused)
  await expect(indexer.remove('shop')).rejects.toMatchObject(refused)
  await expect(indexer.reconcile('shop')).rejects.toMatchObject(refused)
  expect(await retryHits(opened)).toContain('retryRequest')
  expect((await indexer.plan({ path })).totals).toMatchObject({ unchanged: 5 })
  await opened.close()
})

/** Enough code that a run needs several megabytes. */
const noise = Object.fromEntries(
  Array.from({ length: 60 }, (_, at) => [
    `noise/part_${at}.py`,
    Array.from(
      { length: 20 },
      (__, each) => `def noise_${at}_${each}(value):\n    return value * ${at} + ${each}\n`,
    ).join('\n\n'),
  ]),
)

test('a plan that the disk cannot hold pauses the run before any of it is written', async () => {
  await indexOnce()
  const long = Object.fromEntries(
    [1, 2, 3].map((at) => [
      `long/${at}.txt`,
      Array.from({ length: 8_000 }, (_, line) => `Line ${line} of ${at} is like no other.\n`).join(
        '',
      ),
    ]),
  )
  const other = bench.repository('long', long)
  const full = openWith({ maxBytes: statSync(file).size + 2_000_000 })
  const run = full.indexer.index({ path: other })
  await expect(run.finished).rejects.toMatchObject({
    code: 'STORE_FULL',
    message: expect.stringMatching(/^Indexing needs at least [4-6] MB .*, and [1-3] MB are free\./),
  })
  const status = await full.indexer.status(run.taskId)
  expect(status).toMatchObject({ status: 'paused', currentStage: 'analyzing' })
  expect(await retryHits(full)).toContain('retryRequest')
  await full.close()
  const { indexer } = bench.open()
  const resumed = await indexer.resume(run.taskId)
  expect((await resumed.finished).files).toMatchObject({ indexed: 3 })
})

test('a run that is cancelled while the store is full ends as cancelled once there is room again', async () => {
  const own = bench.open()
  const { tasks } = own.storage.journal
  const controller = new AbortController()
  let isFull = false
  const storage: Storage = {
    ...own.storage,
    journal: {
      ...own.storage.journal,
      tasks: {
        ...tasks,
        async append(events) {
          if (!isFull && events.some(({ type }) => type === 'stage.completed')) {
            isFull = true
            controller.abort()
            throw new StoreError('STORE_FULL', 'Full.')
          }
          return tasks.append(events)
        },
      },
    },
  }
  const { indexer } = bench.open({ storage, embedder: own.embedder })
  const run = indexer.index({ path, signal: controller.signal })
  await expect(run.finished).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(isFull).toBe(true)
  expect(await indexer.status(run.taskId)).toMatchObject({ status: 'cancelled' })
})

test('a write of parsed files that fails while others wait for it fails the run', async () => {
  const own = bench.open()
  const { spool } = own.storage.journal
  let writeFirst = (): void => {}
  const others = new Promise<void>((resolve) => {
    writeFirst = resolve
  })
  let writes = 0
  const storage: Storage = {
    ...own.storage,
    journal: {
      ...own.storage.journal,
      spool: {
        ...spool,
        async write(repository, files) {
          writes++
          if (writes === 1) await others
          if (writes === 2) throw new StoreError('STORE_FAILED', 'Out of order.')
          return spool.write(repository, files)
        },
      },
    },
  }
  const many = bench.repository(
    'many',
    Object.fromEntries(Array.from({ length: 250 }, (_, at) => [`${at}.txt`, `Text ${at}.\n`])),
  )
  const { indexer } = bench.open({ storage, embedder: own.embedder })
  const run = indexer.index({ path: many })
  run.on('stage.progressed', ({ processedItems }) => {
    // More than two batches of 64: one is being written, and others wait behind it.
    if (processedItems > 128) writeFirst()
  })
  await expect(run.finished).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: 'Out of order.',
  })
})

test('a journal that loses what was parsed of a file fails the run, naming the file', async () => {
  const own = bench.open()
  const { spool } = own.storage.journal
  const storage: Storage = {
    ...own.storage,
    journal: {
      ...own.storage.journal,
      spool: {
        ...spool,
        write: (repository, files) =>
          spool.write(
            repository,
            files.filter((file) => file.path !== 'web/retry.ts'),
          ),
      },
    },
  }
  const { indexer } = bench.open({ storage, embedder: own.embedder })
  const run = indexer.index({ path })
  await expect(run.finished).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: expect.stringContaining('web/retry.ts'),
  })
  await indexer.close()
  const next = bench.open({ storage: own.storage, embedder: own.embedder })
  const { files } = await (await next.indexer.resume(run.taskId)).finished
  expect(files).toMatchObject({ indexed: 5, failed: 0 })
})

/** How many bytes the store grows by when the noise is indexed. */
async function neededBytes(): Promise<number> {
  const { indexer, close } = bench.open({ data: 'measured' })
  const measured = (): number => statSync(join(bench.folder, 'measured', 'cairn.db')).size
  await indexer.index({ path, exclude: ['noise/**'] }).finished
  const before = measured()
  await indexer.index({ path }).finished
  await close()
  return measured() - before
}

// SQLite's own limit fails a write with what a full disk fails it with, at any place in a run.
test.each([0, 0.05, 0.2, 0.5, 0.8])(
  'a disk with room for %d of what is needed pauses the run and says why, and the task goes on when there is more',
  async (share) => {
    await indexOnce()
    writeFiles(path, noise)
    const room = Math.floor(share * (await neededBytes()))
    const full = openWith({ maxBytes: statSync(file).size + room })
    const run = full.indexer.index({ path })
    await expect(run.finished).rejects.toMatchObject({ name: 'StoreError', code: 'STORE_FULL' })
    expect(await retryHits(full)).toContain('retryRequest')
    expect(await full.indexer.repositories()).toMatchObject([{ files: 5 }])
    expect(await full.indexer.status(run.taskId)).toMatchObject({
      status: 'paused',
      errorMessage: expect.stringMatching(/Free some/),
    })
    const { logs } = await full.indexer.logs(run.taskId)
    expect(logs.at(-1)?.message).toMatch(/The run is paused: .*Free some/)
    // Where there is still no room, that is said again.
    const again = await full.indexer.resume(run.taskId)
    await expect(again.finished).rejects.toMatchObject({ code: 'STORE_FULL' })
    expect(await full.indexer.status(run.taskId)).toMatchObject({ status: 'paused' })
    await full.close()

    const { indexer } = bench.open()
    expect(await indexer.status(run.taskId)).toMatchObject({ status: 'paused' })
    const result = await (await indexer.resume(run.taskId)).finished
    expect(result.files).toMatchObject({ indexed: 60, unchanged: 5, failed: 0 })
    expect(await indexer.status(run.taskId)).toMatchObject({
      status: 'completed',
      errorMessage: null,
    })
    expect(await indexer.reconcile('shop')).toMatchObject({ ok: true, repaired: 0 })
  },
)
