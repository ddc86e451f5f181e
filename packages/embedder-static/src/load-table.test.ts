import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadTable, tableFile } from './load-table.ts'
import { openTable, swapByteOrder } from './table.ts'

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

test('gives a big-endian processor the same numbers', async () => {
  const stored = await loadTable()
  const swapped = new SharedArrayBuffer(stored.buffer.byteLength)
  new Uint8Array(swapped).set(new Uint8Array(stored.buffer))
  swapByteOrder(swapped)
  const table = openTable(swapped)
  const isLittleEndian = false
  for (const name of ['weights', 'scales', 'tokenEnds', 'slots', 'folds', 'characters'] as const) {
    const { byteOffset, byteLength, length } = table[name]
    const view = new DataView(swapped, byteOffset, byteLength)
    const read = {
      weights: (at: number) => view.getFloat32(at, isLittleEndian),
      scales: (at: number) => view.getFloat32(at, isLittleEndian),
      tokenEnds: (at: number) => view.getUint32(at, isLittleEndian),
      slots: (at: number) => view.getUint16(at, isLittleEndian),
      folds: (at: number) => view.getUint16(at, isLittleEndian),
      characters: (at: number) => view.getUint16(at, isLittleEndian),
    }[name]
    const numbers = Array.from({ length }, (_, index) => read((index * byteLength) / length))
    expect(numbers).toEqual(Array.from(stored[name]))
  }
  expect(table.rows).toEqual(stored.rows)
  expect(table.longestToken).toBe(stored.longestToken)
})
