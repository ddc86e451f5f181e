import { type TransformersEmbedder, transformers } from '@cairn/embedder-transformers'
import { modelsForTests } from '@cairn/models'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { collectEvents, createWorkbench, shop, type Workbench } from './fixture.ts'

const models = await modelsForTests()
const folder = 'folders' in models ? models.folders.miniLm : ''
const reason = 'missing' in models ? ` (skipped: ${models.missing})` : ''

describe.skipIf(reason !== '')(`a neural embedder in a run${reason}`, () => {
  let bench: Workbench
  let embedder: TransformersEmbedder
  const open = async (maxTokens?: number): Promise<void> => {
    embedder = await transformers({
      model: 'all-MiniLM-L6-v2',
      localPath: folder,
      workers: 1,
      ...(maxTokens === undefined ? {} : { maxTokens }),
    })
  }
  beforeEach(() => {
    bench = createWorkbench()
  })
  afterEach(async () => {
    await bench.close()
    await embedder.close()
  })

  test('finds code by what it does, in words that it does not have', async () => {
    await open()
    const { indexer } = bench.open({ embedder })
    await indexer.index({ path: bench.repository('shop', shop) }).finished
    const { hits } = await indexer.search('how does a customer settle the bill', { mode: 'dense' })
    expect(hits[0]?.path).toBe('web/checkout.ts')
    expect(await indexer.reconcile('shop')).toMatchObject({ ok: true })
  })

  test('warns once of texts that are longer than it looks at, and not again of the same', async () => {
    await open(16)
    const { indexer } = bench.open({ embedder })
    const path = bench.repository('shop', shop)
    const run = indexer.index({ path })
    const events = collectEvents(run)
    await run.finished
    const warnings = events.filter((event) => event.type === 'warning.recorded')
    expect(warnings).toMatchObject([
      {
        code: 'TEXT_TRUNCATED',
        stage: 'embedding',
        message: expect.stringMatching(
          /^\d+ of \d+ texts are longer than the 16 tokens that the embedder all-MiniLM-L6-v2-q8 looks at/,
        ),
      },
    ])
    expect((await indexer.status(run.taskId)).warningsCount).toBe(1)
    const again = await indexer.index({ path }).finished
    expect((await indexer.status(again.taskId)).warningsCount).toBe(0)
  })
})
