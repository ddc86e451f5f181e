import { type Storage, StoreError } from '@cairn/core'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, type Opened, shop, type Workbench } from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

test('closing ends the run under way and the one that waits for it', async () => {
  const { indexer } = bench.open()
  const path = bench.repository('shop', shop)
  const runs = [indexer.index({ path }), indexer.index({ path, onBusy: 'wait' })]
  await indexer.close()
  for (const run of runs) await expect(run.finished).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('an iterator over the events of an indexer ends when the indexer is closed', async () => {
  const { indexer } = bench.open()
  const iterator = indexer[Symbol.asyncIterator]()
  const next = iterator.next()
  await indexer.close()
  expect(await next).toEqual({ value: undefined, done: true })
})

test('a logger that throws does not touch the run', async () => {
  const log = (): never => {
    throw new Error('my logger')
  }
  const { indexer } = bench.open({ logger: { debug: log, info: log, warn: log, error: log } })
  const run = indexer.index({ path: bench.repository('shop', shop) })
  run.on('run.started', log)
  await expect(run.finished).resolves.toMatchObject({ repository: 'shop' })
})

test.each(['search', 'plan', 'remove', 'reconcile'] as const)(
  '%s through an aborted signal is cancelled, whatever the reason',
  async (call) => {
    const { indexer } = bench.open()
    const path = bench.repository('shop', shop)
    await indexer.index({ path }).finished
    const signal = AbortSignal.abort('a reason of my own')
    const calls = {
      search: () => indexer.search('price', { signal }),
      plan: () => indexer.plan({ path, signal }),
      remove: () => indexer.remove('shop', { signal }),
      reconcile: () => indexer.reconcile('shop', { signal }),
    }
    await expect(calls[call]()).rejects.toMatchObject({ code: 'CANCELLED' })
    expect(await indexer.repositories()).toHaveLength(1)
  },
)

/** The stores of `opened`, with `before` called as the graph is about to be removed. */
function removingGraph(opened: Opened, before: () => void): Storage {
  const { journal, vectors, graph } = opened.storage
  return {
    journal,
    vectors,
    graph: {
      ...graph,
      async removeRepository(...call) {
        before()
        return graph.removeRepository(...call)
      },
    },
  }
}

const halfDone =
  'Removing "shop" was left half done: some of its rows may be gone, and it still counts as indexed. Remove it again to finish, or index or reconcile it to make it whole.'

test.each(['remove', 'index', 'reconcile'] as const)(
  'a removal aborted half-way says so, and %s goes on from there',
  async (goOn) => {
    const opened = bench.open()
    const path = bench.repository('shop', shop)
    const { chunks } = await opened.indexer.index({ path }).finished
    const controller = new AbortController()
    const aborting = bench.open({
      embedder: opened.embedder,
      storage: removingGraph(opened, () => controller.abort(new Error('Enough.'))),
    })
    await expect(
      aborting.indexer.remove('shop', { signal: controller.signal }),
    ).rejects.toMatchObject({
      name: 'CancelledError',
      code: 'CANCELLED',
      message: `Enough. ${halfDone}`,
    })
    // The ledger goes last: until then the repository is there, with what is left of it.
    expect(await opened.indexer.repositories()).toMatchObject([{ name: 'shop', chunks }])
    expect(await opened.indexer.reconcile('shop', { repair: false })).toMatchObject({ ok: false })
    switch (goOn) {
      case 'remove':
        expect(await opened.indexer.remove('shop')).toMatchObject({ removed: { files: 5, chunks } })
        expect(await opened.indexer.repositories()).toEqual([])
        expect((await opened.indexer.search('price')).hits).toEqual([])
        return
      case 'index':
        await opened.indexer.index({ path }).finished
        break
      case 'reconcile':
        expect(await opened.indexer.reconcile('shop')).toMatchObject({ repaired: chunks })
    }
    expect(await opened.indexer.reconcile('shop', { repair: false })).toMatchObject({ ok: true })
    expect((await opened.indexer.search('retry a failed request')).hits[0]?.symbol).toBe(
      'retryRequest',
    )
  },
)

test('a removal that a store fails half-way says so too, with the code of the store', async () => {
  const opened = bench.open()
  await opened.indexer.index({ path: bench.repository('shop', shop) }).finished
  const failure = new StoreError('STORE_FULL', 'No space is left.')
  const failing = bench.open({
    embedder: opened.embedder,
    storage: removingGraph(opened, () => {
      throw failure
    }),
  })
  await expect(failing.indexer.remove('shop')).rejects.toMatchObject({
    code: 'STORE_FULL',
    message: `No space is left. ${halfDone}`,
    cause: failure,
  })
})

test('closing the indexer in the middle of a removal says so too', async () => {
  const opened = bench.open()
  await opened.indexer.index({ path: bench.repository('shop', shop) }).finished
  let closing: Promise<void> | undefined
  const closed = bench.open({
    embedder: opened.embedder,
    storage: removingGraph(opened, () => {
      closing = closed.indexer.close()
    }),
  })
  await expect(closed.indexer.remove('shop')).rejects.toMatchObject({
    code: 'CANCELLED',
    message: `The indexer was closed. ${halfDone}`,
  })
  await closing
})
