import type { Embedder } from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, failing, shop, type Workbench } from './fixture.ts'

let bench: Workbench
let real: Embedder
beforeEach(() => {
  bench = createWorkbench()
  real = staticEmbedder({ threads: 1 })
})
afterEach(async () => {
  await bench.close()
  await real.close?.()
})

test.each<[string, Embedder['embedQuery'], string]>([
  [
    'throws at once',
    () => {
      throw new Error('out of order')
    },
    'EMBEDDING_FAILED',
  ],
  ['rejects', () => Promise.reject(new Error('out of order')), 'EMBEDDING_FAILED'],
  ['gives NaN', async () => new Float32Array(real.dimensions).fill(Number.NaN), 'EMBEDDING_FAILED'],
  ['gives zeros', async () => new Float32Array(real.dimensions), 'EMBEDDING_FAILED'],
  ['gives the wrong dimension', async () => new Float32Array(3), 'EMBEDDER_INVALID'],
  ['never returns', () => new Promise(() => undefined), 'EMBEDDER_UNAVAILABLE'],
])(
  'a search whose embedder %s fails with a typed error',
  async (_, embedQuery, code) => {
    const { indexer } = bench.open({
      embedder: failing(real, { embedQuery }),
      limits: { embedTimeoutMs: 2_000 },
    })
    await indexer.index({ path: bench.repository('shop', shop) }).finished
    await expect(indexer.search('retry')).rejects.toMatchObject({ code })
    expect((await indexer.search('retry', { mode: 'lexical' })).hits.length).toBeGreaterThan(0)
  },
  20_000,
)

test('a search is cancelled while the embedder does not answer', async () => {
  const controller = new AbortController()
  const embedder = failing(real, {
    embedQuery: () => {
      controller.abort()
      return new Promise(() => undefined)
    },
  })
  const { indexer } = bench.open({ embedder })
  await indexer.index({ path: bench.repository('shop', shop) }).finished
  const search = indexer.search('retry', { signal: controller.signal })
  await expect(search).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('a search with a signal that is aborted already is cancelled', async () => {
  const { indexer } = bench.open()
  const search = indexer.search('retry', { signal: AbortSignal.abort() })
  await expect(search).rejects.toMatchObject({ code: 'CANCELLED' })
})

test('a listener that changes the events it gets does not change the run', async () => {
  const { indexer } = bench.open()
  const run = indexer.index({ path: bench.repository('shop', shop) })
  run.on('event', (event) => {
    Object.assign(event, { type: 'run.failed', seq: 99, stage: null })
  })
  const { taskId } = await run.finished
  expect(await indexer.status(taskId)).toMatchObject({ status: 'completed', overallProgress: 100 })
  expect(run.status()?.status).toBe('completed')
})

test('a listener that changes what events and the status hold does not change the run', async () => {
  const { indexer } = bench.open()
  const run = indexer.index({ path: bench.repository('shop', shop) })
  const refused = new Set<string>()
  const change = (what: string, work: () => void): void => {
    try {
      work()
    } catch {
      refused.add(what)
    }
  }
  run.on('event', () => {
    const status = run.status()
    if (!status) return
    change('counts', () => Object.assign(status.files, { indexed: 1_000 }))
    change('history', () => status.stageHistory.splice(0))
    change('progress', () => Object.assign(status, { overallProgress: 1 }))
  })
  run.on('stage.completed', ({ plan }) => {
    if (plan) change('plan', () => Object.assign(plan, { files: 1_000 }))
  })
  const { files } = await run.finished
  expect(await indexer.repositories()).toMatchObject([{ files: files.indexed }])
  expect(run.status()).toMatchObject({ files, overallProgress: 100 })
  expect([...refused].sort()).toEqual(['counts', 'history', 'plan', 'progress'])
})

test('the path of a search means what a glob of index means, and a broken one is told', async () => {
  const { indexer } = bench.open()
  await indexer.index({ path: bench.repository('shop', shop) }).finished
  const pathsOf = async (path: string): Promise<string[]> =>
    (await indexer.search('pay order', { path, mode: 'lexical' })).hits.map((hit) => hit.path)
  const below = await pathsOf('web/**')
  expect(below).not.toEqual([])
  expect(await pathsOf('web')).toEqual(below)
  expect(await pathsOf('./web/')).toEqual(below)
  await expect(pathsOf('web/[')).rejects.toMatchObject({
    code: 'INVALID_OPTIONS',
    message: 'path has a glob with an unclosed bracket: "web/[".',
  })
})

test('what is wrong with search options is said in one line', async () => {
  const { indexer } = bench.open()
  const search = indexer.search('retry', { limit: 101 })
  await expect(search).rejects.toMatchObject({
    code: 'INVALID_OPTIONS',
    message: expect.stringMatching(/^Search options: limit: [^\n]+$/),
  })
})
