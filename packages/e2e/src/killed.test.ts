import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, moduleArguments, shop, type Workbench, writeFiles } from './fixture.ts'

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
      if (event.type !== ${JSON.stringify(type)} || event.stage !== ${JSON.stringify(stage)}) return
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
