import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, git, shop, type Workbench, writeFiles } from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

test('what the host says of a repository is shown, stays where it says nothing, and can be taken away', async () => {
  const { indexer } = bench.open()
  const path = bench.repository('shop', shop)
  const said = async (): Promise<unknown> => {
    const [info] = await indexer.repositories()
    const { priority, businessDomain, teamOwner, isGoldenRepo } = info ?? {}
    return { priority, businessDomain, teamOwner, isGoldenRepo }
  }
  await indexer.index({ path }).finished
  const nothing = { priority: null, businessDomain: null, teamOwner: null, isGoldenRepo: null }
  expect(await said()).toEqual(nothing)
  const about = { businessDomain: 'sales', teamOwner: 'till', isGoldenRepo: true }
  await indexer.index({ path, about, priority: 'high' }).finished
  expect(await said()).toEqual({ ...about, priority: 'high' })
  await (await indexer.update('shop')).finished
  await indexer.index({ path }).finished
  expect(await said()).toEqual({ ...about, priority: 'high' })
  await indexer.index({ path, about: { teamOwner: null } }).finished
  expect(await said()).toEqual({ ...about, teamOwner: null, priority: 'high' })
  const [info] = await indexer.repositories()
  expect(info).toMatchObject({ languages: { python: 2, typescript: 2, markdown: 1 } })
  expect(info?.sizeBytes).toBe(
    Object.entries(shop)
      .filter(([name]) => name !== 'logo.bin')
      .reduce((sum, [, text]) => sum + Buffer.byteLength(text), 0),
  )
})

test('cleaning up drops ended tasks and keeps what is asked of repositories and their files', async () => {
  const { indexer } = bench.open()
  const path = bench.repository('shop', shop)
  const first = await indexer.index({ path }).finished
  git(path, 'rm', '--quiet', 'web/retry.ts')
  const second = await indexer.index({ path }).finished
  writeFiles(path, { 'shop/late.py': 'def late():\n    return 1\n' })
  const third = await indexer.index({ path }).finished
  const asked = async (): Promise<unknown> => [
    await indexer.repositories(),
    await indexer.explain('shop', 'logo.bin'),
    await indexer.explain('shop', 'shop/late.py'),
  ]
  const before = await asked()
  expect(await indexer.explain('shop', 'web/retry.ts')).toMatchObject({ state: 'deleted' })
  expect(await indexer.cleanup({ olderThanHours: 1 })).toMatchObject({ removedTasks: 0 })
  expect(await indexer.cleanup({ olderThanHours: 0 })).toMatchObject({
    removedTasks: 2,
    olderThanHours: 0,
    timestamp: expect.any(Date),
  })
  for (const { taskId } of [first, second]) {
    await expect(indexer.status(taskId)).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  }
  expect(await indexer.status(third.taskId)).toMatchObject({ status: 'completed' })
  expect(await asked()).toEqual(before)
  // The task that met it last is gone.
  expect(await indexer.explain('shop', 'web/retry.ts')).toMatchObject({ state: 'unknown' })
  await expect(indexer.cleanup({ olderThanHours: -1 })).rejects.toMatchObject({
    code: 'INVALID_OPTIONS',
  })
})

test('looking after the stores gives room back and leaves every answer as it was', async () => {
  const { indexer } = bench.open()
  const files = Object.fromEntries(
    Array.from({ length: 60 }, (_, index) => [
      join('src', `file${index}.py`),
      `def work_${index}(value):\n    # Counts ${index} of them.\n    return value + ${index}\n`.repeat(
        9,
      ),
    ]),
  )
  await indexer.index({ path: bench.repository('shop', shop) }).finished
  await indexer.index({ path: bench.repository('large', files) }).finished
  await indexer.remove('large')
  const asked = async (): Promise<unknown> => [
    await indexer.search('parse price', { limit: 20 }),
    await indexer.search('request', { neighbours: true }),
    await indexer.totals(),
  ]
  const before = await asked()
  const answer = await indexer.optimize()
  expect(answer.stores).toEqual(['sqlite'])
  expect(answer.sizeBytesAfter).toBeLessThan(answer.sizeBytesBefore ?? 0)
  expect(await asked()).toEqual(before)
  expect(await indexer.reconcile('shop')).toMatchObject({ ok: true, repaired: 0 })
})
