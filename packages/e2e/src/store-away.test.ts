/** Stores that go away while a run reads back what it wrote. */
import { type GraphStore, type Storage, StoreError, type VectorStore } from '@cairn/core'
import { foldStatus, type StatusDocument } from '@cairn/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { collectEvents, createWorkbench, shop, type Workbench } from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

/** Fails the first calls as a store does that is restarted. */
function restarting<Arguments extends unknown[], T>(
  call: (...args: Arguments) => Promise<T>,
): (...args: Arguments) => Promise<T> {
  let failures = 2
  return async (...args) => {
    if (failures-- > 0) throw new StoreError('STORE_FAILED', 'Down.', { recoverable: true })
    return call(...args)
  }
}

const reads: readonly [string, string, (storage: Storage) => Partial<Storage>][] = [
  ['versions', 'vector store', ({ vectors }) => ({ vectors: changed(vectors, 'versions') })],
  ['ids', 'vector store', ({ vectors }) => ({ vectors: changed(withoutSums(vectors), 'ids') })],
  ['get', 'vector store', ({ vectors }) => ({ vectors: changed(vectors, 'get') })],
  ['owners', 'graph store', ({ graph }) => ({ graph: changed(graph, 'owners') })],
  ['danglingEdges', 'graph store', ({ graph }) => ({ graph: changed(graph, 'danglingEdges') })],
]

/** As a store that cannot sum up its ids by version. */
function withoutSums({ versions: _, ...vectors }: VectorStore): VectorStore {
  return vectors
}

function changed<S extends VectorStore | GraphStore, K extends keyof S>(store: S, read: K): S {
  const call = store[read] as (...args: unknown[]) => Promise<unknown>
  return { ...store, [read]: restarting(call) }
}

test.each(reads)('%s of the %s is waited for while a run validates', async (_, store, broken) => {
  const path = bench.repository('shop', shop)
  const own = bench.open()
  const storage = { ...own.storage, ...broken(own.storage) }
  const { indexer } = bench.open({ storage, embedder: own.embedder })
  const run = indexer.index({ path })
  const events = collectEvents(run)
  await run.finished
  const health = events.flatMap((event) => (event.type === 'health.changed' ? [event.health] : []))
  expect(health).toMatchObject([
    { state: 'waiting', detail: `Waiting for the ${store} sqlite: Down.` },
    { state: 'ok', detail: null },
  ])
  // Nobody knows how long it waits.
  const waits = events.findIndex(({ type }) => type === 'health.changed')
  const meanwhile = events.slice(0, waits + 1).reduce<StatusDocument | null>(foldStatus, null)
  expect(meanwhile).toMatchObject({ health: { state: 'waiting' }, eta: null })
  expect(await indexer.reconcile('shop')).toMatchObject({ ok: true, repaired: 0 })
})

test('a store that refuses ends the run, and nothing of it waits on for another after that', async () => {
  const own = bench.open()
  let asked = 0
  const storage: Storage = {
    ...own.storage,
    vectors: {
      ...own.storage.vectors,
      versions: async () => {
        throw new StoreError('STORE_FAILED', 'No.')
      },
    },
    graph: {
      ...own.storage.graph,
      owners: async () => {
        asked++
        throw new StoreError('STORE_FAILED', 'Down.', { recoverable: true })
      },
    },
  }
  const { indexer } = bench.open({ storage, embedder: own.embedder, limits: { retries: 1 } })
  const run = indexer.index({ path: bench.repository('shop', shop) })
  await expect(run.finished).rejects.toMatchObject({ code: 'STORE_FAILED', message: 'No.' })
  expect(asked).toBe(2)
  const { status } = await indexer.status(run.taskId)
  expect(status).toBe('failed')

  const whole = bench.open({ storage: own.storage, embedder: own.embedder })
  const { files } = await (await whole.indexer.resume(run.taskId)).finished
  expect(files).toMatchObject({ unchanged: 5, failed: 0 })
})
