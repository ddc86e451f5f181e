/** Files that were indexed and are left out by the next run. */
import { rmSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, type Opened, shop, type Workbench, writeFiles } from './fixture.ts'

let bench: Workbench
let opened: Opened
let path: string
beforeEach(() => {
  bench = createWorkbench()
  opened = bench.open({ limits: { maxFileBytes: 2_000 } })
  path = bench.repository('shop', shop)
})
afterEach(() => bench.close())

/** What each store holds of files that were indexed in these versions. */
async function rowsOf(versions: readonly string[]): Promise<Record<string, number>> {
  const { journal, vectors, graph } = opened.storage
  const [space] = await vectors.spaces()
  if (!space) throw new Error('no space')
  const ids = await vectors.ids(space, { repository: 'shop', limit: 1_000 })
  const owners = await graph.owners({ repository: 'shop', limit: 1_000 })
  const texts = await journal.text.search(['price', 'retry', 'cart'], { limit: 100 })
  const among = (id: string): boolean => versions.includes(id.split(':')[0] ?? '')
  return {
    ledger: (await journal.ledger.live(versions)).size,
    spool: (await journal.spool.has(versions)).size,
    vectors: ids.filter(among).length,
    graph: owners.filter(({ owner }) => among(owner)).length,
    text: texts.filter(({ id }) => among(id)).length,
  }
}

const nothing = { ledger: 0, spool: 0, vectors: 0, graph: 0, text: 0 }

async function versionsOf(paths: readonly string[]): Promise<string[]> {
  const files = await Promise.all(
    paths.map((file) => opened.storage.journal.ledger.file('shop', file)),
  )
  return files.map((file) => {
    if (!file) throw new Error('not indexed')
    return file.version
  })
}

test('files that narrower patterns leave out go out of every store, and it is said why', async () => {
  const { indexer } = opened
  const before = await indexer.index({ path }).finished
  const fallen = ['shop/cart.py', 'web/checkout.ts', 'web/retry.ts']
  const versions = await versionsOf(fallen)
  const held = await rowsOf(versions)
  for (const count of Object.values(held)) expect(count).toBeGreaterThan(0)

  const narrowed = await indexer.index({
    path,
    include: ['shop/**', '*.md'],
    exclude: ['**/cart.py'],
  }).finished
  expect(narrowed.files).toEqual({ indexed: 0, unchanged: 2, skipped: 4, failed: 0, deleted: 0 })
  expect(await rowsOf(versions)).toEqual(nothing)
  // By the run itself, not by the repair of what its validation found wrong.
  expect(await indexer.status(narrowed.taskId)).toMatchObject({ warnings: [] })
  expect(await indexer.explain('shop', 'web/retry.ts')).toMatchObject({
    state: 'skipped',
    reason: 'excluded',
    detail: 'matches no include pattern',
    chunks: 0,
  })
  expect(await indexer.explain('shop', 'shop/cart.py')).toMatchObject({
    state: 'skipped',
    reason: 'excluded',
    detail: expect.stringContaining('**/cart.py'),
  })
  const { hits } = await indexer.search('retry a failed request', { limit: 100 })
  expect(new Set(hits.map((hit) => hit.path))).toEqual(new Set(['shop/prices.py', 'README.md']))
  expect(await indexer.reconcile('shop')).toMatchObject({
    ok: true,
    repaired: 0,
    checkedFiles: 2,
  })

  const run = indexer.index({ path })
  const widened = await run.finished
  expect(widened.files).toMatchObject({ indexed: 3, unchanged: 2, skipped: 1 })
  const { chunks, symbols, edges } = before
  expect(widened).toMatchObject({ chunks, symbols, edges })
  // What was embedded once is not embedded again.
  expect(run.status()?.embeddingProgress.embeddedChunks).toBe(0)
  expect(await indexer.explain('shop', 'web/retry.ts')).toMatchObject({ state: 'indexed' })
})

test.each<[string, () => void, string]>([
  [
    'became binary',
    () => writeFiles(path, { 'web/retry.ts': Buffer.from([0, 1, 2, 0, 255, 0]) }),
    'binary',
  ],
  [
    'grew too large',
    () => writeFiles(path, { 'web/retry.ts': `${shop['web/retry.ts']}${'// more\n'.repeat(500)}` }),
    'too_large',
  ],
  ['was emptied', () => writeFiles(path, { 'web/retry.ts': '' }), 'no_text'],
  [
    'became a symbolic link',
    () => {
      rmSync(join(path, 'web/retry.ts'))
      symlinkSync('checkout.ts', join(path, 'web/retry.ts'))
    },
    'symlink',
  ],
])(
  'a file that %s goes out of every store, and comes back as it was',
  async (_, change, reason) => {
    const { indexer } = opened
    const before = await indexer.index({ path }).finished
    const versions = await versionsOf(['web/retry.ts'])
    change()
    const skipped = await indexer.index({ path }).finished
    expect(skipped.files).toEqual({ indexed: 0, unchanged: 4, skipped: 2, failed: 0, deleted: 0 })
    expect(await rowsOf(versions)).toEqual(nothing)
    expect(await indexer.status(skipped.taskId)).toMatchObject({ warnings: [] })
    expect(await indexer.explain('shop', 'web/retry.ts')).toMatchObject({
      state: 'skipped',
      reason,
    })
    expect((await indexer.search('retryRequest', { path: 'web/retry.ts' })).hits).toEqual([])
    // The call of what is gone leads nowhere now.
    const [payOrder] = (await indexer.search('payOrder', { neighbours: true })).hits
    expect(payOrder).toMatchObject({ symbol: 'payOrder', neighbours: { callees: [] } })
    expect(await indexer.reconcile('shop')).toMatchObject({ ok: true, repaired: 0 })

    rmSync(join(path, 'web/retry.ts'))
    writeFiles(path, { 'web/retry.ts': shop['web/retry.ts'] ?? '' })
    const after = await indexer.index({ path }).finished
    expect(after.files).toMatchObject({ indexed: 1, unchanged: 4, skipped: 1 })
    const { chunks, symbols, edges } = before
    expect(after).toMatchObject({ chunks, symbols, edges })
  },
)
