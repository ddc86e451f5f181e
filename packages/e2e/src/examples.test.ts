import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { staticEmbedder } from '@cairn/embedder-static'
import { embedderConformance, vectorStoreConformance } from '@cairn/testkit'
import { startEmbeddingsServer } from '@cairn/testkit/embeddings-server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { bagOfWords } from '../../../examples/custom-embedder/bag-of-words.js'
import { memoryVectors } from '../../../examples/custom-store/memory-vectors.js'
import { createWorkbench, shop, type Workbench } from './fixture.ts'

const examples = join(import.meta.dirname, '../../../examples')
const run = promisify(execFile)

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

/** Runs an example as a person does, in a folder of its own; what it printed. */
async function example(file: string, ...args: string[]): Promise<string> {
  const { stdout, stderr } = await run(
    process.execPath,
    [
      '--conditions=@cairn/source',
      '--disable-warning=ExperimentalWarning',
      join(examples, file),
      ...args,
    ],
    { cwd: bench.folder },
  )
  expect(stderr).toBe('')
  return stdout
}

describe('the examples run as they stand', () => {
  test('quickstart', async () => {
    const printed = await example('quickstart/quickstart.js', bench.repository('shop', shop))
    expect(printed).toMatch(/parsing took [\d.]+ s/)
    expect(printed).toMatch(/5 files indexed, \d+ chunks/)
    expect(printed).toContain('web/retry.ts:1 retryRequest')
  })

  test('progress-bars', async () => {
    const printed = await example('progress-bars/progress-bars.js', bench.repository('shop', shop))
    expect(printed).toMatch(/validating █+ 100 %/)
    expect(printed).toContain('5 indexed, 1 skipped')
  })

  test('many-repositories', async () => {
    const printed = await example(
      'many-repositories/many-repositories.js',
      bench.repository('one', shop),
      '/nowhere',
      `file://${bench.repository('two', shop)}`,
    )
    expect(printed).toContain('/nowhere: SOURCE_NOT_FOUND')
    expect(printed).toContain('2 repositories indexed, 1 failed')
  })

  test('custom-embedder', async () => {
    const printed = await example(
      'custom-embedder/custom-embedder.js',
      bench.repository('shop', shop),
    )
    expect(printed).toMatch(/\d+ chunks embedded by bag-of-words/)
  })

  test('openai-compatible', async () => {
    const model = staticEmbedder({ threads: 1 })
    const server = await startEmbeddingsServer(model)
    try {
      const printed = await example(
        'openai-compatible/openai-compatible.js',
        server.baseUrl,
        'static',
        bench.repository('shop', shop),
      )
      expect(printed).toMatch(/\d+ chunks embedded by static, \d+ requests, 0 texts cut/)
    } finally {
      await server.close()
      await model.close?.()
    }
  })

  test('custom-store', async () => {
    const printed = await example('custom-store/custom-store.js', bench.repository('shop', shop))
    expect(printed).toMatch(/\d+ chunks, their vectors in the store "memory"/)
    expect(printed).toContain('shop/')
  })
})

embedderConformance({
  name: 'the custom embedder of the examples',
  create: async () => ({ embedder: bagOfWords, dispose: async () => undefined }),
})

vectorStoreConformance({
  name: 'the custom store of the examples',
  create: async () => {
    const store = memoryVectors()
    return { store, dispose: () => store.close() }
  },
})
