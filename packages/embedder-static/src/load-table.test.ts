import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadTable, tableFile } from './load-table.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cairn-table-'))
})

afterAll(() => rm(folder, { recursive: true, force: true }))

test('opens the published table, which is smaller than 10 MB', async () => {
  expect((await stat(tableFile)).size).toBeLessThan(10_000_000)
  const table = await loadTable()
  expect(table.weights.length).toBe(29_523)
  expect(table.rows.length).toBe(29_523 * 128)
})

test.each([
  ['is missing', undefined],
  ['is cut', (bytes: Buffer) => bytes.subarray(0, 1_000_000)],
  ['has one other byte', (bytes: Buffer) => Buffer.concat([bytes.subarray(0, -1), Buffer.of(77)])],
])('says what to do when the table %s', async (name, change) => {
  const path = join(folder, `${name}.bin`)
  if (change) await writeFile(path, change(await readFile(tableFile)))
  await expect(loadTable(pathToFileURL(path))).rejects.toMatchObject({
    name: 'EmbedderError',
    code: 'EMBEDDER_UNAVAILABLE',
    message: expect.stringContaining('install @cairn/embedder-static again'),
  })
})
