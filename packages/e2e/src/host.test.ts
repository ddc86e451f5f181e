import { spawnSync } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import {
  collectEvents,
  createWorkbench,
  moduleArguments,
  shop,
  type Workbench,
  writeFiles,
} from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

describe('a listener', () => {
  test.each<[string, () => unknown]>([
    [
      'throws',
      () => {
        throw new Error('my listener')
      },
    ],
    ['rejects', () => Promise.reject(new Error('my listener'))],
  ])('that %s does not touch the run and is told of once', async (_, listener) => {
    const { indexer } = bench.open()
    const run = indexer.index({ path: bench.repository('shop', shop) })
    const later = vi.fn()
    run.on('file.settled', listener)
    run.on('file.settled', later)
    const events = collectEvents(run)
    await run.finished
    expect(later.mock.calls.length).toBeGreaterThan(3)
    const warnings = events.filter((event) => event.type === 'warning.recorded')
    expect(warnings).toMatchObject([
      { code: 'LISTENER_FAILED', message: expect.stringContaining('my listener') },
    ])
  })

  test('that never returns does not hold the run up', async () => {
    const { indexer } = bench.open()
    const run = indexer.index({
      path: bench.repository('shop', shop),
      onProgress: () => new Promise(() => undefined),
    })
    run.on('stage.started', () => new Promise(() => undefined))
    await expect(run.finished).resolves.toMatchObject({ repository: 'shop' })
  })

  test('added with once hears once, and one taken off hears no more', async () => {
    const { indexer } = bench.open()
    const run = indexer.index({ path: bench.repository('shop', shop) })
    const once = vi.fn()
    const off = vi.fn()
    run.once('file.settled', once)
    run.on('file.settled', off)
    run.off('file.settled', off)
    await run.finished
    expect(once).toHaveBeenCalledTimes(1)
    expect(off).not.toHaveBeenCalled()
  })
})

describe('two runs of one repository', () => {
  test('the second is refused, naming the first', async () => {
    const { indexer } = bench.open()
    const path = bench.repository('shop', shop)
    const first = indexer.index({ path })
    expect(() => indexer.index({ path })).toThrow(
      expect.objectContaining({ code: 'REPOSITORY_BUSY', taskId: first.taskId }),
    )
    await first.finished
    await expect(indexer.index({ path }).finished).resolves.toBeTruthy()
  })

  test.each([
    ['remove', 'removal', 'is being removed'],
    ['reconcile', 'reconciliation', 'is being reconciled'],
  ] as const)(
    'one during a %s is refused with what holds the repository',
    async (call, kind, said) => {
      const { indexer } = bench.open()
      const path = bench.repository('shop', shop)
      await indexer.index({ path }).finished
      const holding = indexer[call]('shop')
      for (const refused of [
        async () => indexer.index({ path }),
        () => indexer.remove('shop'),
        () => indexer.reconcile('shop'),
      ]) {
        await expect(refused()).rejects.toMatchObject({
          code: 'REPOSITORY_BUSY',
          message: expect.stringContaining(said),
          holder: { kind },
          taskId: null,
        })
      }
      const waiting = indexer.index({ path, onBusy: 'wait' })
      await holding
      await expect(waiting.finished).resolves.toMatchObject({ repository: 'shop' })
    },
  )

  test('a removal during a run is refused with a task that is known', async () => {
    const { indexer } = bench.open()
    const run = indexer.index({ path: bench.repository('shop', shop) })
    const refused = new Promise<unknown>((resolve) => {
      run.once('stage.started', () => indexer.remove('shop').catch(resolve))
    })
    const error = await refused
    expect(error).toMatchObject({ code: 'REPOSITORY_BUSY', taskId: run.taskId })
    expect(await indexer.status(run.taskId)).toMatchObject({ repositoryName: 'shop' })
    await run.finished
  })

  test('the second waits where it is asked to', async () => {
    const { indexer } = bench.open()
    const path = bench.repository('shop', shop)
    const first = indexer.index({ path })
    const second = indexer.index({ path, onBusy: 'wait' })
    const order: string[] = []
    await Promise.all([
      first.finished.then(() => order.push('first')),
      second.finished.then((result) => {
        order.push('second')
        expect(result.files).toMatchObject({ indexed: 0, unchanged: 5 })
      }),
    ])
    expect(order).toEqual(['first', 'second'])
  })

  test('what changed while it waited is seen', async () => {
    const { indexer } = bench.open()
    const path = bench.repository('shop', shop)
    const first = indexer.index({ path })
    const second = indexer.index({ path, onBusy: 'wait' })
    first.on('stage.started', ({ stage }) => {
      if (stage === 'validating')
        writeFiles(path, { 'late.py': 'def arrive_late():\n    return 1\n' })
    })
    expect((await second.finished).files).toMatchObject({ indexed: 1, unchanged: 5 })
  })
})

describe('cancelling', () => {
  test.each(['analyzing', 'parsing', 'embedding', 'storing'] as const)(
    'in %s ends the run as cancelled and keeps the last index',
    async (stage) => {
      const { indexer } = bench.open()
      const path = bench.repository('shop', shop)
      await indexer.index({ path, include: ['shop/**'] }).finished
      const run = indexer.index({ path })
      run.on('stage.started', (event) => {
        if (event.stage === stage) void run.cancel('Enough.')
      })
      await expect(run.finished).rejects.toMatchObject({ code: 'CANCELLED', message: 'Enough.' })
      expect(await indexer.status(run.taskId)).toMatchObject({ status: 'cancelled' })
      const { hits } = await indexer.search('price', { mode: 'lexical', limit: 50 })
      expect(new Set(hits.map((hit) => hit.path.split('/')[0]))).toEqual(new Set(['shop']))
      await expect(indexer.index({ path }).finished).resolves.toMatchObject({
        chunks: expect.any(Number),
      })
      expect(await indexer.reconcile('shop')).toMatchObject({ ok: true })
    },
  )

  test('through a signal that is aborted before is cancelled at once', async () => {
    const { indexer } = bench.open()
    const run = indexer.index({ path: bench.repository('shop', shop), signal: AbortSignal.abort() })
    await expect(run.finished).rejects.toMatchObject({ code: 'CANCELLED' })
  })

  test('by closing ends what runs; a closed indexer says so', async () => {
    const { indexer } = bench.open()
    const path = bench.repository('shop', shop)
    const run = indexer.index({ path })
    await indexer.close()
    await expect(run.finished).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(() => indexer.index({ path })).toThrow(expect.objectContaining({ code: 'CLOSED' }))
    await expect(indexer.search('x')).rejects.toMatchObject({ code: 'CLOSED' })
  })
})

test('a second writer is refused, naming the process that writes', async () => {
  const { indexer } = bench.open()
  const path = bench.repository('shop', shop)
  await indexer.index({ path }).finished
  const { indexer: second } = bench.open()
  await expect(second.index({ path }).finished).rejects.toMatchObject({
    code: 'STORE_LOCKED',
    message: expect.stringContaining(String(process.pid)),
  })
  expect((await second.search('price', { mode: 'lexical' })).hits.length).toBeGreaterThan(0)
})

test('a host that closes the indexer and its stores can end', () => {
  const path = bench.repository('shop', shop)
  const script = `
    import { createIndexer } from '@cairn/core'
    import { sqlite } from '@cairn/store-sqlite'
    import { staticEmbedder } from '@cairn/embedder-static'
    const storage = sqlite({ path: ${JSON.stringify(`${bench.folder}/host/cairn.db`)} })
    const embedder = staticEmbedder()
    const indexer = createIndexer({ storage, embedder, cloneDirectory: ${JSON.stringify(bench.folder)} })
    const { chunks } = await indexer.index({ path: ${JSON.stringify(path)} }).finished
    await indexer.close()
    await embedder.close()
    await storage.close()
    process.stdout.write(String(chunks))
  `
  const child = spawnSync(process.execPath, moduleArguments(script), {
    cwd: import.meta.dirname,
    encoding: 'utf8',
    timeout: 50_000,
  })
  expect(child.stderr).toBe('')
  expect(child.status).toBe(0)
  expect(Number(child.stdout)).toBeGreaterThan(5)
})
