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

test.each<[string, Embedder['embedDocuments'], string]>([
  ['throws on everything', () => Promise.reject(new Error('out of order')), 'EMBEDDER_UNAVAILABLE'],
  [
    'throws at once',
    () => {
      throw new Error('out of order')
    },
    'EMBEDDER_UNAVAILABLE',
  ],
  [
    'gives the wrong dimension',
    async (texts) => texts.map(() => new Float32Array(3)),
    'EMBEDDER_INVALID',
  ],
  [
    'gives too few vectors',
    async (texts) => (await real.embedDocuments(texts)).slice(1),
    'EMBEDDER_INVALID',
  ],
  [
    'gives NaN for everything',
    async (texts) => texts.map(() => new Float32Array(real.dimensions).fill(Number.NaN)),
    'EMBEDDER_UNAVAILABLE',
  ],
  ['never returns', () => new Promise(() => undefined), 'EMBEDDER_UNAVAILABLE'],
])('an embedder that %s fails the run', async (_, embedDocuments, code) => {
  const { indexer } = bench.open({
    embedder: failing(real, { embedDocuments }),
    limits: { embedTimeoutMs: 200, retries: 1 },
  })
  const run = indexer.index({ path: bench.repository('shop', shop) })
  await expect(run.finished).rejects.toMatchObject({ code })
  expect(await indexer.status(run.taskId)).toMatchObject({ status: 'failed' })
})

test('one text that cannot be embedded costs that chunk, and is named', async () => {
  const embedder = failing(real, {
    embedDocuments: async (texts, options) => {
      if (texts.some((text) => text.includes('payOrder')))
        throw new Error('refused by the provider')
      return real.embedDocuments(texts, options)
    },
  })
  const { indexer } = bench.open({ embedder })
  const path = bench.repository('shop', shop)
  const result = await indexer.index({ path }).finished
  const status = await indexer.status(result.taskId)
  expect(status.errors).toMatchObject([
    { errorType: 'EMBEDDING_FAILED', filePath: 'web/checkout.ts' },
  ])
  const { embeddingErrors, embeddedChunks, totalChunks } = status.embeddingProgress
  expect(embeddingErrors).toHaveLength(1)
  expect(embeddedChunks).toBe(totalChunks - 1)
  expect((await indexer.search('payOrder', { mode: 'lexical' })).hits[0]?.symbol).toBe('payOrder')
  expect(await indexer.reconcile('shop')).toMatchObject({ ok: true })
})

test('NaN for one text costs that chunk', async () => {
  const embedder = failing(real, {
    embedDocuments: async (texts, options) => {
      const vectors = await real.embedDocuments(texts, options)
      return vectors.map((vector, index) =>
        texts[index]?.includes('payOrder') ? vector.map(() => Number.NaN) : vector,
      )
    },
  })
  const { indexer } = bench.open({ embedder })
  const result = await indexer.index({ path: bench.repository('shop', shop) }).finished
  expect((await indexer.status(result.taskId)).errors).toMatchObject([
    { errorType: 'EMBEDDING_FAILED' },
  ])
})

test('what failed with one embedder leaves the index of another searchable, and a change of embedder re-embeds', async () => {
  const path = bench.repository('shop', shop)
  const first = bench.open({ embedder: real })
  await first.indexer.index({ path }).finished
  await first.close()
  const broken = bench.open({
    embedder: failing(real, {
      fingerprint: 'down',
      embedDocuments: () => Promise.reject(new Error('down')),
    }),
    limits: { retries: 0 },
  })
  await expect(broken.indexer.index({ path }).finished).rejects.toMatchObject({
    code: 'EMBEDDER_UNAVAILABLE',
  })
  expect((await broken.indexer.search('retry a failed request')).hits[0]?.symbol).toBe(
    'retryRequest',
  )
  await broken.close()
  const changed = bench.open({ embedder: failing(real, { fingerprint: 'another' }) })
  const result = await changed.indexer.index({ path }).finished
  expect(result.files).toMatchObject({ indexed: 5, unchanged: 0 })
  expect(
    (await changed.indexer.search('sum of all prices', { mode: 'dense' })).hits.length,
  ).toBeGreaterThan(0)
  expect(await changed.storage.vectors.spaces()).toMatchObject([{ fingerprint: 'another' }])
  expect(await changed.indexer.reconcile('shop')).toMatchObject({ ok: true })
})
