import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { type Embedder, type Storage, StoreError } from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import { watchStorage } from '@cairn/faults/call-watch'
import { contentOf } from '@cairn/faults/stored-content'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  collectEvents,
  createWorkbench,
  failing,
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

/** Indexes in a process of its own and kills it at the first event of this kind in this stage. */
async function killAt(path: string, data: string, type: string, stage: string): Promise<string> {
  const script = `
    import { writeSync } from 'node:fs'
    import { createIndexer } from '@cairn/core'
    import { sqlite } from '@cairn/store-sqlite'
    import { staticEmbedder } from '@cairn/embedder-static'
    const storage = sqlite({ path: ${JSON.stringify(join(data, 'cairn.db'))} })
    const indexer = createIndexer({ storage, embedder: staticEmbedder(), cloneDirectory: ${JSON.stringify(data)} })
    const run = indexer.index({ path: ${JSON.stringify(path)} })
    run.on('event', (event) => {
      if (event.type !== ${JSON.stringify(type)} || (event.stage ?? '') !== ${JSON.stringify(stage)}) return
      // On a slow machine the first of these says that nothing is embedded yet.
      if (event.type === 'embedding.progressed' && event.embeddedChunks === 0) return
      writeSync(1, run.taskId)
      process.kill(process.pid, 'SIGKILL')
    })
  `
  const child = spawn(process.execPath, moduleArguments(script), {
    cwd: import.meta.dirname,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let taskId = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    taskId += text
  })
  const [, signal] = await once(child, 'close')
  expect(signal).toBe('SIGKILL')
  return taskId
}

test.each([
  ['stage.started', 'parsing'],
  ['stage.completed', 'parsing'],
  ['stage.completed', 'embedding'],
  ['stage.started', 'storing'],
  ['stage.started', 'validating'],
])(
  'a process killed at %s of %s leaves the last index, and the next run goes on',
  async (type, stage) => {
    const path = bench.repository('shop', shop)
    const first = bench.open()
    await first.indexer.index({ path, include: ['shop/**'] }).finished
    await first.close()
    writeFiles(path, { 'shop/late.py': 'def arrive_late():\n    return 1\n' })
    const taskId = await killAt(path, join(bench.folder, 'data'), type, stage)

    const { indexer } = bench.open()
    expect((await indexer.search('parse_price', { mode: 'lexical' })).hits.length).toBeGreaterThan(
      0,
    )
    const run = indexer.index({ path })
    const result = await run.finished
    expect(await indexer.status(taskId)).toMatchObject({
      status: 'failed',
      errorMessage: expect.stringContaining('process'),
    })
    const [interrupted] = (await indexer.logs(taskId, { level: 'ERROR' })).logs
    expect(JSON.stringify(interrupted?.details)).toContain('RUN_INTERRUPTED')
    const { embeddingProgress } = await indexer.status(run.taskId)
    if (stage === 'storing' || (stage === 'embedding' && type === 'stage.completed')) {
      expect(embeddingProgress.embeddedChunks).toBe(0)
    }
    const fresh = bench.open({ data: 'fresh' })
    const wanted = await fresh.indexer.index({ path }).finished
    const { chunks, symbols, edges } = wanted
    expect(result).toMatchObject({ chunks, symbols, edges })
    expect(await indexer.reconcile('shop')).toMatchObject({ ok: true, repaired: 0 })
  },
)

/** The embedder, with every text that it was asked to embed. */
function counting(real: Embedder): { embedder: Embedder; texts: string[] } {
  const texts: string[] = []
  const embedDocuments: Embedder['embedDocuments'] = (batch, options) => {
    texts.push(...batch)
    return real.embedDocuments(batch, options)
  }
  return { texts, embedder: failing(real, { embedDocuments }) }
}

// Every other point, and every moment between, is in the bench of faults: packages/faults.
describe('a task whose process was killed', () => {
  let real: Embedder
  beforeEach(() => {
    real = staticEmbedder({ threads: 1 })
  })
  afterEach(() => real.close?.())

  test.each([
    ['stage.progressed', 'parsing'],
    ['stage.completed', 'embedding'],
  ])('at %s %s goes on to the same index, and embeds nothing again', async (type, stage) => {
    const path = bench.repository('shop', shop)
    const taskId = await killAt(path, join(bench.folder, 'data'), type, stage)
    const resumed = counting(real)
    const { indexer, storage } = bench.open({ embedder: resumed.embedder })
    const run = await indexer.resume(taskId)
    const events = collectEvents(run)
    const result = await run.finished
    // Once the ledger has them, they are unchanged.
    const { indexed, unchanged } = result.files
    expect([result.taskId, indexed + unchanged]).toEqual([taskId, 5])
    expect(events[0]).toMatchObject({ type: 'run.resumed', taskId, runId: run.runId })
    expect(await indexer.status(taskId)).toMatchObject({
      status: 'completed',
      overallProgress: 100,
    })

    const uninterrupted = counting(real)
    const fresh = bench.open({ data: 'fresh', embedder: uninterrupted.embedder })
    await fresh.indexer.index({ path }).finished
    expect(await contentOf(storage, 'shop')).toEqual(await contentOf(fresh.storage, 'shop'))
    const wantedTexts = stage === 'embedding' ? [] : uninterrupted.texts.toSorted()
    expect(resumed.texts.toSorted()).toEqual(wantedTexts)
  })

  test.each([
    ['stage.completed', 'storing'],
    ['stage.started', 'validating'],
    ['stage.progressed', 'validating'],
  ])(
    'at %s %s, after its commit, is validated when it goes on, and what was changed meanwhile is found',
    async (type, stage) => {
      const path = bench.repository('shop', shop)
      const taskId = await killAt(path, join(bench.folder, 'data'), type, stage)
      const resumed = counting(real)
      const { indexer, storage } = bench.open({ embedder: resumed.embedder })
      const { journal, vectors } = storage
      // Committed, and so it is searched; but never said to be complete.
      const indexed = await journal.ledger.repository('shop')
      if (!indexed) throw new Error('The ledger was not committed.')
      expect(await indexer.status(taskId)).toMatchObject({ status: 'in_progress' })
      await journal.acquireWriter()
      const ids = await vectors.ids(indexed.embedder, { repository: 'shop', limit: 2 })
      expect(await vectors.delete(indexed.embedder, ids)).toBe(2)

      const run = await indexer.resume(taskId)
      const events = collectEvents(run)
      await run.finished
      expect(events).toContainEqual(
        expect.objectContaining({ type: 'warning.recorded', code: 'VALIDATION_FAILED' }),
      )
      expect(await vectors.get(indexed.embedder, ids)).not.toContain(null)
      expect(resumed.texts).toEqual([])
      expect(await indexer.reconcile('shop')).toMatchObject({ ok: true, repaired: 0 })
    },
  )

  test('goes on by itself where the indexer is told to', async () => {
    const path = bench.repository('shop', shop)
    const taskId = await killAt(path, join(bench.folder, 'data'), 'stage.completed', 'embedding')
    const resumed = counting(real)
    const { indexer } = bench.open({ embedder: resumed.embedder, resumeOnStart: true })
    const events = collectEvents(indexer)
    await new Promise<void>((resolve) => {
      indexer.once('run.completed', () => resolve())
    })
    expect(events[0]).toMatchObject({ type: 'run.resumed', taskId })
    expect(await indexer.status(taskId)).toMatchObject({ status: 'completed' })
    expect(resumed.texts).toEqual([])
  })

  test('does not go on by itself where a newer task did its work', async () => {
    const path = bench.repository('shop', shop)
    const taskId = await killAt(path, join(bench.folder, 'data'), 'stage.started', 'parsing')
    const other = await killAt(
      bench.repository('other', shop),
      join(bench.folder, 'data'),
      'stage.started',
      'parsing',
    )
    const first = bench.open({ embedder: real })
    await first.indexer.index({ path }).finished
    await first.close()
    const { indexer } = bench.open({ embedder: real, resumeOnStart: true })
    await new Promise<void>((resolve) => {
      indexer.once('run.completed', ({ taskId: completed }) => {
        expect(completed).toBe(other)
        resolve()
      })
    })
    expect(await indexer.status(taskId)).toMatchObject({ status: 'failed' })
  })

  test('can be cancelled, though nobody is at it', async () => {
    const path = bench.repository('shop', shop)
    const taskId = await killAt(path, join(bench.folder, 'data'), 'stage.started', 'parsing')
    const { indexer } = bench.open({ embedder: real })
    expect(await indexer.status(taskId)).toMatchObject({ status: 'in_progress' })
    expect(await indexer.cancel(taskId, 'Gone.')).toMatchObject({
      status: 'cancelled',
      currentStage: 'parsing',
    })
    const { logs } = await indexer.logs(taskId, { level: 'WARNING' })
    expect(logs.map(({ message }) => message)).toContain('The run was cancelled: Gone.')
  })

  test('cannot be paused: it has failed', async () => {
    const path = bench.repository('shop', shop)
    const taskId = await killAt(path, join(bench.folder, 'data'), 'stage.started', 'parsing')
    const { indexer } = bench.open({ embedder: real })
    await expect(indexer.pause(taskId)).rejects.toMatchObject({
      code: 'TASK_ENDED',
      status: 'failed',
    })
  })
})

test('a run that goes on leaves the rows that the one before it had written', async () => {
  const path = bench.repository('shop', shop)
  const first = bench.open()
  const { journal } = first.storage
  await first.indexer.index({ path }).finished
  // What is unchanged calls something else now, so its edges are written again too.
  writeFiles(path, {
    'shop/prices.py': 'from .parsing import parse_price\n',
    'shop/parsing.py': shop['shop/prices.py'] ?? '',
  })
  const failingCommit: Storage = {
    ...first.storage,
    journal: {
      ...journal,
      ledger: {
        ...journal.ledger,
        commit: () => Promise.reject(new StoreError('STORE_FULL', 'No space is left.')),
      },
    },
  }
  const failed = bench.open({ storage: failingCommit }).indexer.index({ path })
  await expect(failed.finished).rejects.toMatchObject({ code: 'STORE_FULL' })

  const written: unknown[] = []
  const storage = watchStorage(first.storage, {
    begin(name, values) {
      if (name === 'graph.upsert' || name === 'vectors.upsert') written.push(...values)
      if (name === 'vectors.upsertSpooled') written.push(...[values[2]].flat())
      return () => undefined
    },
  })
  const second = bench.open({ storage })
  await (await second.indexer.resume(failed.taskId)).finished
  expect(written).toEqual([])
  const fresh = bench.open({ data: 'fresh' })
  await fresh.indexer.index({ path }).finished
  expect(await contentOf(storage, 'shop')).toEqual(await contentOf(fresh.storage, 'shop'))
})
