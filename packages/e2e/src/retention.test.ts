import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { staticEmbedder } from '@cairn/embedder-static'
import { createStatusServer } from '@cairn/server'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import {
  collectEvents,
  createWorkbench,
  failing,
  git,
  shop,
  type Workbench,
  writeFiles,
} from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

/** Rows of a table of the store. */
function rows(table: string): number {
  const database = new DatabaseSync(join(bench.folder, 'data', 'cairn.db'), { readOnly: true })
  try {
    return Number(database.prepare(`select count(*) as n from ${table}`).get()?.n)
  } finally {
    database.close()
  }
}

const edited = (round: number): Record<string, string> => ({
  'shop/edited.py': `def edited_${round}():\n    """Round ${round}."""\n    return ${round}\n`,
})

test('tasks beyond those that are kept are gone after a run, by every way to ask for them', async () => {
  const { indexer } = bench.open({ retention: { tasksPerRepository: 2 } })
  const path = bench.repository('shop', shop)
  const ids: string[] = []
  for (let round = 0; round < 4; round++) {
    writeFiles(path, edited(round))
    ids.push((await indexer.index({ path }).finished).taskId)
  }
  const [gone = '', , kept = '', newest = ''] = ids
  await vi.waitFor(async () => expect((await indexer.tasks()).total).toBe(2), 30_000)
  for (const taskId of [kept, newest]) {
    expect(await indexer.status(taskId)).toMatchObject({ status: 'completed' })
  }
  await expect(indexer.status(gone)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  await expect(indexer.logs(gone)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  await expect(indexer.resume(gone)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  const server = createStatusServer({ source: indexer })
  for (const of of [`status/${gone}`, `status/${gone}/logs`, `status/${gone}/events?since=3`]) {
    const answer = await server.fetch(new Request(`http://localhost/api/v1/index/${of}`))
    expect(answer.status, of).toBe(404)
  }
  await server.close()
  expect(await indexer.explain('shop', 'shop/cart.py')).toMatchObject({ state: 'indexed' })
})

test('of files that are gone nothing is left once the tasks are that met them', async () => {
  const { indexer } = bench.open({ retention: { tasksPerRepository: 1 } })
  const path = bench.repository('shop', shop)
  for (let round = 0; round < 3; round++) {
    writeFiles(path, {
      [`shop/of-${round}.py`]: 'def once(): pass\n',
      [`of-${round}.bin`]: '\0\0\0',
    })
    await indexer.index({ path }).finished
    rmSync(join(path, `shop/of-${round}.py`))
    rmSync(join(path, `of-${round}.bin`))
  }
  await indexer.index({ path }).finished
  await vi.waitFor(async () => expect((await indexer.tasks()).total).toBe(1), 30_000)
  expect(await indexer.explain('shop', 'shop/of-2.py')).toMatchObject({ state: 'deleted' })
  expect(await indexer.explain('shop', 'shop/of-1.py')).toMatchObject({ state: 'unknown' })
  expect(rows('file_records')).toBe(Object.keys(shop).length + 1)
})

test('many runs leave no more rows than a few do', async () => {
  const { indexer } = bench.open({ retention: { tasksPerRepository: 1, spareVectorBytes: 0 } })
  const path = bench.repository('shop', shop)
  const tables = ['names', 'tasks', 'chunks', 'embedding_cache', 'left_texts', 'graph_ids', 'plans']
  const seen: Record<string, number>[] = []
  for (let round = 0; round < 6; round++) {
    writeFiles(path, edited(round))
    await indexer.index({ path }).finished
    // What the runs after the last one left is cleaned up by the next one at the latest.
    await indexer.cleanup({ olderThanHours: 1 })
    seen.push(Object.fromEntries(tables.map((table) => [table, rows(table)])))
  }
  expect(seen.at(-1)).toEqual(seen[1])
})

test('a text that comes back is embedded again only where its vector was not to be kept', async () => {
  const path = bench.repository('shop', shop)
  const reusedWith = async (data: string, spareVectorBytes: number): Promise<number> => {
    const { indexer, close } = bench.open({ data, retention: { spareVectorBytes } })
    for (const round of [1, 2]) {
      writeFiles(path, edited(round))
      await indexer.index({ path }).finished
      await indexer.cleanup({ olderThanHours: 1 })
    }
    writeFiles(path, edited(1))
    const run = indexer.index({ path })
    const events = collectEvents(run)
    await run.finished
    expect(await indexer.reconcile('shop')).toMatchObject({ ok: true })
    await close()
    return Math.max(
      ...events.flatMap((event) =>
        event.type === 'embedding.progressed' ? event.reusedChunks : [],
      ),
    )
  }
  expect(await reusedWith('kept', 1_000_000)).toBe(1)
  expect(await reusedWith('dropped', 0)).toBe(0)
})

test('vectors of an embedder that no repository is indexed with any more are spare', async () => {
  const path = bench.repository('shop', shop)
  const first = bench.open()
  await first.indexer.index({ path }).finished
  const vectors = rows('embedding_cache')
  await first.close()
  const embedder = failing(staticEmbedder({ threads: 1 }), { fingerprint: 'another' })
  const keeping = bench.open({ embedder })
  await keeping.indexer.index({ path }).finished
  await keeping.indexer.cleanup({ olderThanHours: 1 })
  expect(rows('embedding_cache')).toBe(2 * vectors)
  await keeping.close()
  const { indexer } = bench.open({ embedder, retention: { spareVectorBytes: 0 } })
  await indexer.cleanup({ olderThanHours: 1 })
  expect(rows('embedding_cache')).toBe(vectors)
  expect(await indexer.reconcile('shop')).toMatchObject({ ok: true, repaired: 0 })
})

test('what another indexer cleans up leaves the vectors of a run under way', async () => {
  const embedded: string[] = []
  const real = staticEmbedder({ threads: 1 })
  const { storage, indexer } = bench.open({ retention: { spareVectorBytes: 0 } })
  const { cache } = storage.journal
  const put: typeof cache.put = async (...vectors) => {
    await cache.put(...vectors)
    await indexer.cleanup({ olderThanHours: 1 })
  }
  const run = bench
    .open({
      storage: { ...storage, journal: { ...storage.journal, cache: { ...cache, put } } },
      embedder: failing(real, {
        fingerprint: 'another',
        embedDocuments: async (texts, options) => {
          embedded.push(...texts)
          return real.embedDocuments(texts, options)
        },
      }),
    })
    .indexer.index({ path: bench.repository('shop', shop) })
  const events = collectEvents(run)
  await run.finished
  expect(embedded.length).toBeGreaterThan(0)
  expect(new Set(embedded).size).toBe(embedded.length)
  expect(events.filter(({ type }) => type === 'warning.recorded')).toEqual([])
})

test('what was parsed for a task that is gone goes with it', async () => {
  const embedder = failing(staticEmbedder({ threads: 1 }), {
    embedDocuments: () => Promise.reject(new Error('Out of order.')),
  })
  const { indexer } = bench.open({ embedder, limits: { retries: 0 } })
  const run = indexer.index({ path: bench.repository('shop', shop) })
  await expect(run.finished).rejects.toMatchObject({ code: 'EMBEDDER_UNAVAILABLE' })
  await indexer.cleanup({ olderThanHours: 1 })
  expect(rows('spool_files')).toBeGreaterThan(0)
  expect(await indexer.cleanup({ olderThanHours: 0 })).toMatchObject({ removedTasks: 1 })
  expect([rows('spool_files'), rows('chunks'), rows('plan_files'), rows('tasks')]).toEqual([
    0, 0, 0, 0,
  ])
})

test('clones that were used the longest ago go, and a run clones again what it needs', async () => {
  const urls = ['one', 'two', 'three'].map(
    (name) => pathToFileURL(bench.repository(name, { [`${name}.py`]: `x = "${name}"\n` })).href,
  )
  const open = (cloneBytes: number) => bench.open({ retention: { cloneBytes } })
  const first = open(1_000_000_000)
  for (const url of urls) await first.indexer.index({ url }).finished
  await first.close()
  const clones = join(bench.folder, 'data', 'clones')
  const folders = (): string[] => readdirSync(clones).map((name) => name.slice(0, 3))
  expect(folders().sort()).toEqual(['one', 'thr', 'two'])
  for (const name of readdirSync(clones)) {
    const minutesAgo = { one: 20, two: 30, thr: 1 }[name.slice(0, 3)] ?? 0
    const time = new Date(Date.now() - minutesAgo * 60_000)
    utimesSync(join(clones, name), time, time)
  }
  const [largest = ''] = readdirSync(clones)
  expect(existsSync(join(clones, largest, 'HEAD'))).toBe(true)

  const { indexer } = open(1)
  await indexer.cleanup({ olderThanHours: 1 })
  // The third was used a minute ago: another process may be reading it.
  expect(folders()).toEqual(['thr'])
  expect((await indexer.search('two', { mode: 'lexical' })).hits).toHaveLength(1)
  git(join(bench.folder, 'two'), 'commit', '--quiet', '--allow-empty', '-m', 'Second')
  const again = await (await indexer.update('two')).finished
  expect(again.files).toMatchObject({ unchanged: 1 })
})

test('what killed processes left of clones goes, and what is no clone is let alone', async () => {
  const clones = join(bench.folder, 'data', 'clones')
  const ended = execFileSync(process.execPath, ['-p', 'process.pid'], { encoding: 'utf8' }).trim()
  const left = `shop-1.git.new-${ended}-x`
  const begun = `shop-2.git.new-${process.pid}-x`
  for (const name of [left, begun]) mkdirSync(join(clones, name, 'objects'), { recursive: true })
  writeFileSync(join(clones, 'notes.git'), 'A file.')
  const { indexer } = bench.open({ retention: { cloneBytes: 1 } })
  await indexer.cleanup({ olderThanHours: 1 })
  expect(readdirSync(clones).sort()).toEqual(['notes.git', begun])
})

test('what is kept must be told as it is documented', () => {
  expect(() => bench.open({ retention: { tasksPerRepository: 0 } })).toThrow(/tasksPerRepository/)
  const retention: object = { tasks: 3 }
  expect(() => bench.open({ retention })).toThrow(/tasks/)
})
