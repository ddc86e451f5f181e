import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { Worker } from 'node:worker_threads'
import type { Embedder } from '@cairn/core'
import { afterEach, describe, expect, test } from 'vitest'
import { type StaticEmbedderOptions, staticEmbedder } from './static-embedder.ts'

const opened: Embedder[] = []

function open(options?: StaticEmbedderOptions): Embedder {
  const embedder = staticEmbedder(options)
  opened.push(embedder)
  return embedder
}

afterEach(async () => {
  await Promise.all(opened.splice(0).map((embedder) => embedder.close?.()))
})

const texts = Array.from(
  { length: 300 },
  (_, index) => `function step${index}(request) { return retry(request, ${index}) }`,
)

test('says what it is before it has loaded anything', () => {
  expect(open()).toMatchObject({ id: 'static-384', dimensions: 384, maxTokens: 512 })
  expect(open({ threads: 3 }).fingerprint).toBe(
    'static-384-v1-4266bcecc805e4d75977b4b922b8a96e1a3dca7cf593db3abd984c663d831743',
  )
})

test('embeds in workers what it embeds as a query, in the order of the texts', async () => {
  const embedder = open()
  const vectors = await embedder.embedDocuments(texts)
  expect(vectors).toHaveLength(texts.length)
  for (const index of [0, 31, 32, 128, 150, 299]) {
    expect(vectors[index]).toEqual(await embedder.embedQuery(texts[index] ?? ''))
  }
})

test('gives a text the same vector in any batch and with any number of threads', async () => {
  const expected = await open({ threads: 1 }).embedDocuments(texts)
  expect(await open({ threads: 3 }).embedDocuments(texts)).toEqual(expected)
  const single = open()
  expect(await single.embedDocuments(texts.slice(7, 8))).toEqual(expected.slice(7, 8))
  expect(await single.embedDocuments(texts.toReversed())).toEqual(expected.toReversed())
})

test('answers calls that overlap, each with its own vectors', async () => {
  const embedder = open()
  const expected = await embedder.embedDocuments(texts)
  const parts = Array.from({ length: 10 }, (_, part) => texts.slice(part * 30, part * 30 + 30))
  const answers = await Promise.all(parts.map((part) => embedder.embedDocuments(part)))
  expect(answers.flat()).toEqual(expected)
})

test('embeds odd texts: none, empty, 1 MB, lone surrogates', async () => {
  const embedder = open()
  expect(await embedder.embedDocuments([])).toEqual([])
  const vectors = await embedder.embedDocuments(['', 'a b '.repeat(250_000), '\ud83d', '\0'])
  for (const vector of vectors) {
    expect(vector.reduce((sum, value) => sum + value * value, 0)).toBeCloseTo(1, 5)
  }
})

test('rejects with the reason of a signal that is aborted before or during the call', async () => {
  const embedder = open()
  const reason = new Error('enough')
  const aborted = AbortSignal.abort(reason)
  await expect(embedder.embedDocuments(texts, { signal: aborted })).rejects.toBe(reason)
  await expect(embedder.embedQuery('text', { signal: aborted })).rejects.toBe(reason)

  await embedder.embedDocuments(texts)
  const controller = new AbortController()
  const many = Array.from({ length: 100 }, () => texts).flat()
  const call = embedder.embedDocuments(many, { signal: controller.signal })
  setImmediate(() => controller.abort(reason))
  await expect(call).rejects.toBe(reason)
  expect(await embedder.embedDocuments(['still works'])).toHaveLength(1)
})

test('rejects calls that are under way at the close, and those that follow', async () => {
  const embedder = open()
  await embedder.embedDocuments(texts)
  const many = Array.from({ length: 100 }, () => texts).flat()
  const call = embedder.embedDocuments(many)
  const rejected = expect(call).rejects.toMatchObject({ name: 'EmbedderError', code: 'CLOSED' })
  setImmediate(() => embedder.close?.())
  await rejected
  await expect(embedder.embedDocuments(['text'])).rejects.toMatchObject({ code: 'CLOSED' })
  await expect(embedder.embedQuery('text')).rejects.toMatchObject({ code: 'CLOSED' })
  await embedder.close?.()
})

describe('a thread that dies', () => {
  const threadOf = (start: () => Promise<unknown>): Promise<Worker> =>
    new Promise((resolve, reject) => {
      process.once('worker', resolve)
      start().catch(reject)
    })

  const die = (worker: Worker): void => {
    worker.emit('error', new Error('Out of memory.'))
    void worker.terminate()
  }

  test('while it is idle harms nobody', async () => {
    const embedder = open()
    const worker = await threadOf(() => embedder.embedDocuments(texts))
    expect(await embedder.embedDocuments(texts)).toHaveLength(texts.length)
    die(worker)
    expect(await embedder.embedDocuments(texts)).toHaveLength(texts.length)
  })

  test('while it starts fails the call at once, and the next has a thread again', async () => {
    const embedder = open()
    process.once('worker', die)
    await expect(embedder.embedDocuments(texts)).rejects.toMatchObject({
      name: 'EmbedderError',
      message: 'A thread that embeds failed: Out of memory.',
      recoverable: true,
    })
    expect(await embedder.embedDocuments(texts)).toHaveLength(texts.length)
  })
})

test.each([0, -1, 1.5, Number.NaN])('refuses %s threads', (threads) => {
  expect(() => staticEmbedder({ threads })).toThrowError(
    expect.objectContaining({ code: 'INVALID_OPTIONS' }),
  )
})

test('refuses what is not a string', async () => {
  const notText = JSON.parse('[null]')
  await expect(open().embedDocuments(notText)).rejects.toMatchObject({ code: 'INVALID_OPTIONS' })
})

test('does not keep a process alive that never closes it', async () => {
  const entry = new URL('./index.ts', import.meta.url).href
  const program = `
    import { staticEmbedder } from ${JSON.stringify(entry)}
    const vectors = await staticEmbedder().embedDocuments(['one', 'two'])
    process.stdout.write(String(vectors.length))`
  const flags = ['--conditions=@cairn/source', '--input-type=module', '--eval', program]
  const { stdout } = await promisify(execFile)(process.execPath, flags)
  expect(stdout).toBe('2')
})
