import type { Storage, VectorSpace } from '@cairn/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import {
  collectEvents,
  createWorkbench,
  type Opened,
  shop,
  type Workbench,
  writeFiles,
} from './fixture.ts'

let bench: Workbench
let opened: Opened
let path: string
beforeEach(async () => {
  bench = createWorkbench()
  opened = bench.open()
  path = bench.repository('shop', shop)
  await opened.indexer.index({ path }).finished
})
afterEach(() => bench.close())

const spaceOf = async (storage: Storage): Promise<VectorSpace> => {
  const [space] = await storage.vectors.spaces()
  if (!space) throw new Error('no space')
  return space
}

const kinds = (rows: readonly { store: string }[]): string[] => rows.map(({ store }) => store)

test('an index that is whole has nothing to repair', async () => {
  const report = await opened.indexer.reconcile('shop')
  expect(report).toMatchObject({
    ok: true,
    repaired: 0,
    checkedFiles: 5,
    missing: [],
    orphan: [],
    altered: [],
  })
  expect(report.checkedChunks).toBeGreaterThan(5)
})

test('vectors that were deleted, added or altered are named and repaired from the cache', async () => {
  const { indexer, storage } = opened
  const space = await spaceOf(storage)
  const [first, second] = await storage.vectors.ids(space, { repository: 'shop', limit: 2 })
  if (!first || !second) throw new Error('no vectors')
  const [before] = await storage.vectors.get(space, [second])
  await storage.vectors.delete(space, [first])
  const turned = Float32Array.from({ length: space.dimensions }, (_, index) =>
    index === 0 ? 1 : 0,
  )
  const row = {
    vector: turned,
    repository: 'shop',
    version: 'v',
    path: 'x',
    language: 'text',
    symbolKind: null,
  }
  await storage.vectors.upsert(space, [
    { ...row, id: second },
    { ...row, id: `v${'0'.repeat(32)}:0` },
  ])
  const found = await indexer.reconcile('shop', { repair: false })
  expect(found).toMatchObject({
    ok: false,
    repaired: 0,
    missing: [{ store: 'vectors', id: first }],
    orphan: [{ store: 'vectors', id: `v${'0'.repeat(32)}:0`, path: null }],
    altered: [{ store: 'vectors', id: second }],
  })
  expect(await indexer.reconcile('shop')).toMatchObject({ ok: true, repaired: 3 })
  expect(await storage.vectors.get(space, [second])).toEqual([before])
})

test('a graph that lost or gained rows is repaired', async () => {
  const { indexer, storage } = opened
  const owners = await storage.graph.owners({ repository: 'shop', limit: 100 })
  const version = owners.find(({ owner }) => owner.startsWith('v'))?.owner
  const edgeSet = owners.find(({ owner }) => owner.startsWith('e'))?.owner
  if (!version || !edgeSet) throw new Error('no owners')
  await storage.graph.deleteOwners('shop', [version, edgeSet])
  const stray = {
    id: 'stray',
    owner: 'stray',
    repository: 'shop',
    kind: 'module',
    name: 'stray',
    path: null,
    symbolPath: null,
    symbolKind: null,
    startLine: null,
    endLine: null,
  } as const
  await storage.graph.upsert({ nodes: [stray], edges: [] })
  const report = await indexer.reconcile('shop')
  expect(kinds(report.missing)).toEqual(['graph', 'graph'])
  expect(report.orphan).toMatchObject([{ store: 'graph', id: 'stray' }])
  expect(report.ok).toBe(true)
  expect(await storage.graph.owners({ repository: 'shop', limit: 100 })).toEqual(owners)
})

test('a run repairs what it finds wrong before it says completed', async () => {
  const { indexer, storage } = opened
  const space = await spaceOf(storage)
  const ids = await storage.vectors.ids(space, { repository: 'shop', limit: 3 })
  await storage.vectors.delete(space, ids)
  writeFiles(path, { 'new.py': 'def fresh():\n    return 1\n' })
  const run = indexer.index({ path })
  const events = collectEvents(run)
  await run.finished
  const warning = events.find((event) => event.type === 'warning.recorded')
  expect(warning).toMatchObject({ code: 'VALIDATION_FAILED', stage: 'validating' })
  expect(await storage.vectors.get(space, ids)).not.toContain(null)
})

test('reconciling what is not indexed says so', async () => {
  await expect(opened.indexer.reconcile('none')).rejects.toMatchObject({
    code: 'REPOSITORY_NOT_FOUND',
  })
})
