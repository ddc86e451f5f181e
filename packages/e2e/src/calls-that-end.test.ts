import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, shop, type Workbench } from './fixture.ts'

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
