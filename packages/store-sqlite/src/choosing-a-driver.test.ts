import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { otherVersion } from './engine/better-sqlite3-driver.ts'
import { secondProcess } from './second-process.test-support.ts'
import { openStore, temporaryFolder } from './store-samples.test-support.ts'

// What a Node without its own SQLite looks like.
const env = { NODE_OPTIONS: '--no-experimental-sqlite' }
const count = 'return (await storage.journal.tasks.tasks({})).total'

describe('where Node has no SQLite of its own', () => {
  test('better-sqlite3 takes its place', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    const other = await secondProcess({ path }, { env })
    expect(await other.run('await storage.journal.acquireWriter()')).toBeNull()
    expect(await other.run(count)).toBe(0)
  })

  test('asking for it by name says what to install', async () => {
    const path = join(await temporaryFolder(), 'index.db')
    const other = await secondProcess({ path, driver: 'node' }, { env })
    const refusal = {
      code: 'STORE_UNSUPPORTED',
      message: expect.stringMatching(/Node 22\.16 or newer, or install better-sqlite3/),
    }
    expect(await other.run(count)).toMatchObject(refusal)
    expect(await other.run('await storage.journal.acquireWriter()')).toMatchObject(refusal)
  })
})

test.each([
  ['12.11.1', '20.19.0', null],
  ['12.11.1', '22.16.0', null],
  ['12.11.1', '24.0.0', 13],
  ['13.2.0', '20.19.0', 12],
  ['13.2.0', '22.0.0', null],
  ['13.2.0', '26.1.0', null],
])('better-sqlite3 %s on Node %s is not loaded where it would crash', (version, node, instead) => {
  expect(otherVersion(version, node)).toBe(instead)
})

test('a store that one driver wrote is read by the other', async () => {
  const path = join(await temporaryFolder(), 'index.db')
  const writer = openStore({ path, driver: 'node' })
  const space = { fingerprint: 'f', dimensions: 2 }
  const row = {
    id: 'v:0',
    repository: 'r',
    version: 'v',
    path: 'p',
    language: 'l',
    symbolKind: null,
  }
  await writer.vectors.upsert(space, [{ ...row, vector: Float32Array.of(0.6, 0.8) }])
  await writer.close()
  const reader = openStore({ path, driver: 'better-sqlite3' })
  const hits = await reader.vectors.query(space, Float32Array.of(0.8, 0.6), { limit: 1 })
  expect(hits).toMatchObject([{ id: 'v:0' }])
  expect(hits[0]?.distance).toBeCloseTo(0.04, 6)
})
