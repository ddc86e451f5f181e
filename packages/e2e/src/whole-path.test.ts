import { renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { foldStatus, type IndexEvent, type StatusDocument } from '@cairn/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { collectEvents, createWorkbench, git, shop, type Workbench, writeFiles } from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

const folded = (events: readonly IndexEvent[]): StatusDocument | null =>
  events.reduce<StatusDocument | null>(foldStatus, null)

describe('a first run', () => {
  test('goes through every stage, and its events fold to its status', async () => {
    const { indexer } = bench.open()
    const run = indexer.index({ path: bench.repository('shop', shop) })
    const events = collectEvents(run)
    const result = await run.finished
    expect(events.map(({ seq }) => seq)).toEqual(events.map((_, index) => index + 1))
    expect(events.filter(({ type }) => type === 'stage.completed')).toMatchObject([
      { stage: 'analyzing' },
      { stage: 'parsing' },
      { stage: 'embedding' },
      { stage: 'storing' },
      { stage: 'validating' },
    ])
    expect(events.at(-1)?.type).toBe('run.completed')
    const status = await indexer.status(run.taskId)
    expect({ ...folded(events), epoch: status.epoch }).toEqual(status)
    expect(run.status()).toEqual(status)
    expect(status).toMatchObject({
      status: 'completed',
      currentStage: 'completed',
      overallProgress: 100,
      totalFiles: 6,
      processedFiles: 6,
      files: { indexed: 5, unchanged: 0, skipped: 1, failed: 0, deleted: 0 },
      errorsCount: 0,
    })
    expect(status.storedChunks).toBe(result.chunks)
    expect(result).toMatchObject({
      repository: 'shop',
      files: status.files,
      problems: [{ path: 'logo.bin', outcome: 'skipped', reason: 'binary' }],
    })
    expect(result.chunks).toBeGreaterThan(5)
  })

  test('progress never goes backwards, and only the end is 100', async () => {
    const { indexer } = bench.open()
    const run = indexer.index({ path: bench.repository('shop', shop) })
    const seen: number[] = []
    run.on('event', () => seen.push(run.status()?.overallProgress ?? 0))
    await run.finished
    expect(seen).toEqual([...seen].sort((one, other) => one - other))
    expect(seen.filter((percent) => percent === 100)).toHaveLength(1)
  })

  test('is an async iterable of its events that ends with it', async () => {
    const { indexer } = bench.open()
    const types: string[] = []
    for await (const event of indexer.index({ path: bench.repository('shop', shop) }))
      types.push(event.type)
    expect(types[0]).toBe('run.queued')
    expect(types.at(-1)).toBe('run.completed')
  })

  test('a progress callback hears of each stage', async () => {
    const { indexer } = bench.open()
    const heard: [string, number][] = []
    const result = await indexer.processLocalRepository(
      bench.repository('shop', shop),
      (stage, percent, { overallPercent }) => {
        expect(overallPercent).toBeGreaterThanOrEqual(0)
        heard.push([stage, percent])
      },
    )
    expect(result.files.indexed).toBe(5)
    expect(new Set(heard.map(([stage]) => stage))).toEqual(
      new Set(['analyzing', 'parsing', 'embedding', 'storing', 'validating']),
    )
    expect(heard.filter(([, percent]) => percent === 100).length).toBeGreaterThanOrEqual(5)
  })
})

describe('what is indexed', () => {
  test('is found by words, by meaning and with its graph neighbours', async () => {
    const { indexer } = bench.open()
    await indexer.index({ path: bench.repository('shop', shop) }).finished
    const { hits, freshness } = await indexer.search('retry a failed request', { neighbours: true })
    expect(hits[0]).toMatchObject({
      path: 'web/retry.ts',
      symbol: 'retryRequest',
      repository: 'shop',
    })
    expect(hits[0]?.neighbours?.callers).toMatchObject([
      { path: 'web/checkout.ts', symbol: 'payOrder', resolution: 'import' },
    ])
    expect(freshness).toMatchObject([{ repository: 'shop' }])
    const identifiers = await indexer.search('parsePrice', { mode: 'lexical' })
    expect(identifiers.hits.map(({ symbol }) => symbol)).toContain('parse_price')
    const dense = await indexer.search('sum of all prices', { mode: 'dense', limit: 3 })
    expect(dense.hits.map(({ symbol }) => symbol)).toContain('Cart.total')
  })

  test('filters narrow by repository, language, path and kind', async () => {
    const { indexer } = bench.open()
    await indexer.index({ path: bench.repository('shop', shop) }).finished
    await indexer.index({
      path: bench.repository('other', { 'a.py': 'def price():\n    return 1\n' }),
    }).finished
    const paths = async (options: Parameters<typeof indexer.search>[1]): Promise<Set<string>> => {
      const { hits } = await indexer.search('price', { limit: 50, ...options })
      return new Set(hits.map((hit) => `${hit.repository}/${hit.path}`))
    }
    expect(await paths({ repository: 'other' })).toEqual(new Set(['other/a.py']))
    expect(await paths({ language: 'markdown' })).toEqual(new Set(['shop/README.md']))
    expect(await paths({ path: 'web/**' })).toEqual(
      new Set(['shop/web/retry.ts', 'shop/web/checkout.ts']),
    )
    const kinds = await indexer.search('price', { symbolKind: 'function', limit: 50 })
    expect(new Set(kinds.hits.map((hit) => hit.symbolKind))).toEqual(new Set(['function']))
  })

  test('every file can be explained', async () => {
    const { indexer } = bench.open()
    await indexer.index({ path: bench.repository('shop', shop) }).finished
    expect(await indexer.explain('shop', 'logo.bin')).toMatchObject({
      state: 'skipped',
      reason: 'binary',
    })
    expect(await indexer.explain('shop', 'shop/cart.py')).toMatchObject({
      state: 'indexed',
      language: 'python',
      chunks: expect.any(Number),
    })
    expect(await indexer.explain('shop', 'nowhere.py')).toMatchObject({ state: 'unknown' })
    await expect(indexer.explain('nobody', 'a')).rejects.toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
    })
  })

  test('tasks, logs, metrics and repositories tell of it', async () => {
    const { indexer } = bench.open()
    const run = indexer.index({ path: bench.repository('shop', shop) })
    await run.finished
    expect(await indexer.tasks()).toMatchObject({ total: 1, tasks: [{ taskId: run.taskId }] })
    const { logs } = await indexer.logs(run.taskId, { level: 'INFO' })
    expect(logs.map(({ message }) => message).join('\n')).toContain('logo.bin')
    const { stages, embedding } = await indexer.metrics()
    expect(JSON.stringify(stages)).toContain('parsing')
    expect(embedding).toBeTruthy()
    expect(await indexer.repositories()).toMatchObject([{ name: 'shop', files: 5 }])
    await expect(indexer.status('nothing')).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
  })

  test('is gone from every store when removed', async () => {
    const { indexer } = bench.open()
    await indexer.index({ path: bench.repository('shop', shop) }).finished
    const report = await indexer.remove('shop')
    expect(report.removed).toMatchObject({ files: 5, vectors: report.removed.chunks })
    expect(report.removed.nodes).toBeGreaterThan(5)
    expect(await indexer.repositories()).toEqual([])
    expect((await indexer.search('price')).hits).toEqual([])
    await expect(indexer.remove('shop')).rejects.toMatchObject({ code: 'REPOSITORY_NOT_FOUND' })
  })
})

describe('a second run', () => {
  test('with nothing changed embeds and stores nothing', async () => {
    const { indexer } = bench.open()
    const path = bench.repository('shop', shop)
    await indexer.index({ path }).finished
    const before = await indexer.repositories()
    const again = await indexer.index({ path }).finished
    expect(again.files).toMatchObject({ indexed: 0, unchanged: 5, skipped: 1 })
    expect(await indexer.repositories()).toMatchObject([
      { chunks: before[0]?.chunks, edges: before[0]?.edges },
    ])
  })

  test('does just what changed, and leaves what a fresh index would hold', async () => {
    const { indexer } = bench.open()
    const path = bench.repository('shop', shop)
    await indexer.index({ path }).finished
    writeFiles(path, {
      'shop/prices.py': `${shop['shop/prices.py']}\n\ndef format_price(cents):\n    return str(cents)\n`,
      'new.py':
        'from shop.prices import format_price\n\n\ndef show():\n    return format_price(1)\n',
    })
    rmSync(join(path, 'web/checkout.ts'))
    renameSync(join(path, 'web/retry.ts'), join(path, 'web/again.ts'))
    const result = await indexer.index({ path }).finished
    expect(result.files).toMatchObject({ indexed: 3, unchanged: 2, deleted: 2 })
    const { indexer: fresh } = bench.open({ data: 'fresh' })
    const wanted = await fresh.index({ path }).finished
    expect(result).toMatchObject({
      chunks: wanted.chunks,
      symbols: wanted.symbols,
      edges: wanted.edges,
    })
    const [hit] = (await indexer.search('retry a failed request')).hits
    expect(hit?.path).toBe('web/again.ts')
    const neighbours = (await indexer.search('format_price', { neighbours: true })).hits
    expect(
      neighbours.find(({ symbol }) => symbol === 'format_price')?.neighbours?.callers,
    ).toMatchObject([{ path: 'new.py', symbol: 'show' }])
    expect(await indexer.reconcile('shop')).toMatchObject({
      ok: true,
      missing: [],
      orphan: [],
      altered: [],
    })
  })

  test('a renamed file reuses its embeddings', async () => {
    const { indexer } = bench.open()
    const path = bench.repository('shop', shop)
    await indexer.index({ path }).finished
    renameSync(join(path, 'web/retry.ts'), join(path, 'web/again.ts'))
    const run = indexer.index({ path })
    await run.finished
    const { embeddingProgress } = await indexer.status(run.taskId)
    expect(embeddingProgress.embeddedChunks).toBe(0)
    expect(embeddingProgress.reusedChunks).toBeGreaterThan(0)
  })

  test('of another ref indexes exactly that tree', async () => {
    const { indexer } = bench.open()
    const path = bench.repository('shop', shop)
    git(path, 'tag', 'v1')
    writeFiles(path, { 'shop/prices.py': 'def other():\n    return 1\n' })
    const first = await indexer.index({ path, ref: 'v1' }).finished
    expect(first.commit).toBe(git(path, 'rev-parse', 'v1'))
    const { hits } = await indexer.search('parse_price', { mode: 'lexical' })
    expect(hits.map(({ path: found }) => found)).toContain('shop/prices.py')
    const second = await indexer.index({ path }).finished
    expect(second.files).toMatchObject({ indexed: 1, unchanged: 4 })
  })
})

test('a remote repository is cloned with progress and indexed', async () => {
  const { indexer } = bench.open()
  const path = bench.repository('shop', shop)
  const run = indexer.index({ url: `file://${path}` })
  const events = collectEvents(run)
  const result = await run.finished
  expect(result).toMatchObject({ repository: 'shop', commit: git(path, 'rev-parse', 'HEAD') })
  expect(events.find(({ type }) => type === 'stage.completed')).toMatchObject({ stage: 'cloning' })
})

test('a plan says what a run would do, and writes nothing', async () => {
  const { indexer } = bench.open()
  const path = bench.repository('shop', shop)
  const plan = await indexer.plan({ path })
  expect(plan.totals).toMatchObject({ files: 6, index: 5, skip: 1, skippedByReason: { binary: 1 } })
  expect(plan.files.find((file) => file.path === 'logo.bin')).toMatchObject({
    action: 'skip',
    reason: 'binary',
  })
  expect(await indexer.repositories()).toEqual([])
  await indexer.index({ path }).finished
  expect((await indexer.plan({ path })).totals).toMatchObject({ index: 0, unchanged: 5 })
})

test('include and exclude narrow what is indexed', async () => {
  const { indexer } = bench.open()
  const path = bench.repository('shop', shop)
  const result = await indexer.index({ path, include: ['**/*.py'], exclude: ['**/cart.py'] })
    .finished
  expect(result.files.indexed).toBe(1)
  expect(await indexer.explain('shop', 'shop/cart.py')).toMatchObject({ reason: 'excluded' })
})
