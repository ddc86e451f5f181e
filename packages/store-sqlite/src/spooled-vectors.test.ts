import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import type { SqliteStorage } from './sqlite.ts'
import { openStore, parsedFile, queued, temporaryFolder } from './store-samples.test-support.ts'

const space = { fingerprint: 'embedder-1', dimensions: 4 }

const textHash = (text: string): string => createHash('sha256').update(`\n${text}`).digest('hex')

async function newStore(driver: 'node' | 'better-sqlite3' = 'node'): Promise<SqliteStorage> {
  return openStore({ path: join(await temporaryFolder(), 'index.db'), driver })
}

async function cache(storage: SqliteStorage, vectors: Record<string, number[]>): Promise<void> {
  await storage.journal.cache.put(
    space.fingerprint,
    Object.entries(vectors).map(([text, vector]) => ({
      textHash: textHash(text),
      vector: Float32Array.from(vector),
    })),
  )
}

test.each(['node', 'better-sqlite3'] as const)(
  'rows of a spooled version are written from the cache by %s, and found like any other',
  async (driver) => {
    const storage = await newStore(driver)
    const { journal, vectors } = storage
    const parsed = parsedFile(['one', 'two', 'one'])
    await journal.spool.write('shop', [{ version: 'v1', path: 'a.txt', parsed }])
    await cache(storage, { one: [1, 0, 0, 0], two: [0, 1, 0, 0] })
    for (let time = 0; time < 2; time += 1) {
      expect(await vectors.upsertSpooled?.(space, 'shop', ['v1'])).toEqual([])
      expect(await vectors.ids(space, { repository: 'shop', limit: 9 })).toEqual([
        'v1:0',
        'v1:1',
        'v1:2',
      ])
    }
    expect(await vectors.get(space, ['v1:1', 'v1:2'])).toEqual([
      Float32Array.of(0, 1, 0, 0),
      Float32Array.of(1, 0, 0, 0),
    ])
    const filter = { repositories: ['shop'], languages: ['text'], versions: ['v1'] }
    const hits = await vectors.query(space, Float32Array.of(0, 1, 0, 0), { limit: 1, filter })
    expect(hits).toEqual([{ id: 'v1:1', distance: 0 }])
  },
)

test('versions that the spool does not have are given back, and texts without a vector get no row', async () => {
  const storage = await newStore()
  const { journal, vectors } = storage
  await journal.spool.write('shop', [
    { version: 'v1', path: 'a.txt', parsed: parsedFile(['one', 'failed']) },
  ])
  await cache(storage, { one: [1, 0, 0, 0] })
  expect(await vectors.upsertSpooled?.(space, 'shop', ['v0', 'v1', 'v2'])).toEqual(['v0', 'v2'])
  expect(await vectors.ids(space, { repository: 'shop', limit: 9 })).toEqual(['v1:0'])
})

test('a row may be written from the cache in place of one with a vector of its own, and back', async () => {
  const storage = await newStore()
  const { journal, vectors } = storage
  await journal.spool.write('shop', [{ version: 'v1', path: 'a.txt', parsed: parsedFile(['one']) }])
  await cache(storage, { one: [1, 0, 0, 0] })
  const own = Float32Array.of(0, 0, 1, 0)
  const row = {
    id: 'v1:0',
    repository: 'shop',
    version: 'v1',
    path: 'a.txt',
    language: 'text',
    symbolKind: null,
    vector: own,
  }
  await vectors.upsert(space, [row])
  await vectors.upsertSpooled?.(space, 'shop', ['v1'])
  expect(await vectors.get(space, ['v1:0'])).toEqual([Float32Array.of(1, 0, 0, 0)])
  await vectors.upsert(space, [row])
  expect(await vectors.get(space, ['v1:0'])).toEqual([own])
  expect(await vectors.query(space, own, { limit: 1 })).toEqual([{ id: 'v1:0', distance: 0 }])
  expect(await vectors.count(space, { repository: 'shop' })).toBe(1)
})

test('vectors of the cache that have another length than the space are refused', async () => {
  const storage = await newStore()
  const { journal, vectors } = storage
  await journal.spool.write('shop', [{ version: 'v1', path: 'a.txt', parsed: parsedFile(['one']) }])
  await cache(storage, { one: [1, 0] })
  await expect(vectors.upsertSpooled?.(space, 'shop', ['v1'])).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: expect.stringContaining('2 dimensions'),
  })
  expect(await vectors.count(space, { repository: 'shop' })).toBe(0)
})

test('a write that fails takes none of those with it that came at the same time', async () => {
  const { journal } = await newStore()
  const [first, failed, last] = await Promise.allSettled([
    journal.tasks.append([queued('one')]),
    journal.tasks.append([{ ...queued('two'), type: 'run.started' }]),
    journal.tasks.append([queued('three')]),
  ])
  expect([first?.status, failed?.status, last?.status]).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
  ])
  const { tasks } = await journal.tasks.tasks({})
  expect(tasks.map(({ taskId }) => taskId).sort()).toEqual(['one', 'three'])
})

test('a row whose vector was lost, and its id was not, is written again', async () => {
  const path = join(await temporaryFolder(), 'index.db')
  const row = {
    id: 'v1:0',
    vector: Float32Array.of(1, 0, 0, 0),
    repository: 'shop',
    version: 'v1',
    path: 'a.txt',
    language: 'text',
    symbolKind: null,
  }
  const before = openStore({ path })
  await before.vectors.upsert(space, [row])
  await before.close()
  const database = new DatabaseSync(path)
  database.exec('delete from vectors')
  database.close()
  const { vectors } = openStore({ path })
  expect(await vectors.get(space, [row.id])).toEqual([null])
  await vectors.upsert(space, [row])
  expect(await vectors.get(space, [row.id])).toEqual([row.vector])
  expect(await vectors.query(space, row.vector, { limit: 1 })).toMatchObject([{ id: row.id }])
})
