import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import {
  makeRepository,
  removeFolder,
  sampleFiles,
  temporaryFolder,
} from './fixtures/git-repository.ts'
import { createIndexer, sqlite, staticEmbedder } from './index.ts'

let folder: string
let repository: string

beforeAll(() => {
  folder = temporaryFolder()
  repository = makeRepository(join(folder, 'sample'), sampleFiles)
})
afterAll(() => removeFolder(folder))

test('indexes and finds with no options but a folder', async () => {
  const dataDirectory = join(folder, 'data')
  await using indexer = createIndexer({ dataDirectory })
  const { files } = await indexer.index({ path: repository }).finished
  expect(files).toMatchObject({ indexed: 4, skipped: 1 })
  const { hits } = await indexer.search('send a request again')
  expect(hits[0]?.path).toBe('src/retry.py')
  expect(readFileSync(join(dataDirectory, '.gitignore'), 'utf8')).toBe('*\n')
})

test('a clone is kept in the data directory, which stays out of Git', async () => {
  const dataDirectory = join(folder, 'cloned')
  await using indexer = createIndexer({ dataDirectory })
  const plan = await indexer.plan({ url: `file://${repository}` })
  expect(plan.totals.index).toBe(4)
  expect(existsSync(join(dataDirectory, '.gitignore'))).toBe(true)
})

test('only reading makes no folder', async () => {
  const dataDirectory = join(folder, 'unused')
  const indexer = createIndexer({ dataDirectory })
  expect(await indexer.repositories()).toEqual([])
  await indexer.close()
  expect(existsSync(dataDirectory)).toBe(false)
})

test('close leaves open what was passed in, and may be called twice', async () => {
  const storage = sqlite({ path: join(folder, 'own.db') })
  const embedder = staticEmbedder()
  const options = { storage, embedder, cloneDirectory: join(folder, 'own-clones') }
  const first = createIndexer(options)
  await first.index({ path: repository }).finished
  await Promise.all([first.close(), first.close()])
  const second = createIndexer(options)
  expect((await second.search('retry')).hits.length).toBeGreaterThan(0)
  await second.close()
  await storage.close()
  await embedder.close?.()
})

test('a data directory that cannot be made is a typed error of the run', async () => {
  const indexer = createIndexer({ dataDirectory: join(repository, 'README.md', 'data') })
  await expect(indexer.index({ path: repository }).finished).rejects.toMatchObject({
    code: 'STORE_READ_ONLY',
  })
  await indexer.close()
})
