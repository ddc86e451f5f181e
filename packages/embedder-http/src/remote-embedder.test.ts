import { staticEmbedder } from '@cairn/embedder-static'
import { afterAll, expect, test } from 'vitest'
import { ProviderError } from './provider-error.ts'
import type { RemoteRequest } from './remote-answer.ts'
import {
  type RemoteEmbedder,
  type RemoteEmbedderOptions,
  remoteEmbedder,
} from './remote-embedder.ts'

const model = staticEmbedder({ threads: 1 })
afterAll(() => model.close?.())

const answer: RemoteRequest = async (texts, signal) => ({
  vectors: (await model.embedDocuments(texts, { signal })).map((vector) => [...vector]),
})

const open = (options: Partial<RemoteEmbedderOptions>): Promise<RemoteEmbedder> =>
  remoteEmbedder({
    id: 'mine',
    identity: ['mine-1'],
    dimensions: model.dimensions,
    request: answer,
    ...options,
  })

test('makes an embedder of one function', async () => {
  const embedder = await open({})
  const texts = ['a', 'b', 'a']
  const [first, second, third] = await embedder.embedDocuments(texts)
  expect(first).toEqual(third)
  expect(first).not.toEqual(second)
  expect(embedder.usage()).toEqual({
    requests: 1,
    retries: 0,
    texts: 3,
    truncatedTexts: 0,
    tokens: 0,
  })
})

test('a request that does not end with its signal ends at its time limit', async () => {
  const embedder = await open({
    request: () => new Promise(() => undefined),
    timeoutMs: 10,
    retryBudgetMs: 0,
  })
  await expect(embedder.embedQuery('a')).rejects.toMatchObject({
    code: 'EMBEDDER_UNAVAILABLE',
    recoverable: true,
    message: 'mine did not answer within 10 ms.',
  })
})

test('a defect of the function ends the call as it is, and is not tried again', async () => {
  const defect = new Error('a defect')
  const embedder = await open({
    request: async () => {
      throw defect
    },
  })
  await expect(embedder.embedDocuments(['a', 'b'])).rejects.toBe(defect)
  expect(embedder.usage().requests).toBe(1)
})

test('a failure ends the requests that are under way with it', async () => {
  const ended: string[] = []
  const embedder = await open({
    maxBatch: 1,
    concurrency: 2,
    request: async ([text = ''], signal) => {
      if (text === 'bad') throw new Error('a defect')
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      ended.push(text)
      throw signal.reason
    },
  })
  await expect(embedder.embedDocuments(['good', 'bad', 'later'])).rejects.toThrow('a defect')
  expect(ended).toEqual(['good'])
  expect(embedder.usage().requests).toBe(2)
})

test('a provider that is busy for one request may answer those under way', async () => {
  const embedder = await open({
    maxBatch: 1,
    concurrency: 2,
    retryBudgetMs: 0,
    request: async (texts, signal) => {
      if (texts.includes('busy')) throw new ProviderError('busy', 'Too many requests.')
      return await answer(texts, signal)
    },
  })
  await expect(embedder.embedDocuments(['good', 'busy', 'later'])).rejects.toThrow('Too many')
  expect(embedder.usage()).toMatchObject({ requests: 2, texts: 1 })
  expect(await embedder.embedDocuments(['good'])).toHaveLength(1)
  expect(embedder.usage()).toMatchObject({ requests: 2, texts: 1 })
})

test('vectors that were kept for the next call are the caller’s alone', async () => {
  let isBusy = true
  const embedder = await open({
    maxBatch: 1,
    concurrency: 1,
    request: async (texts, signal) => {
      if (isBusy && texts.includes('b')) throw new Error('not yet')
      return await answer(texts, signal)
    },
  })
  await expect(embedder.embedDocuments(['a', 'b'])).rejects.toThrow('not yet')
  isBusy = false
  const [first, , again] = await embedder.embedDocuments(['a', 'b', 'a'])
  const copy = again?.slice()
  first?.fill(0)
  expect(again).toEqual(copy)
  expect(await embedder.embedDocuments(['a'])).toEqual([copy])
  expect(embedder.usage().texts).toBe(3)
})

test('many calls at the same time, with many requests each, raise no warning of a leak', async () => {
  const warnings: string[] = []
  const note = ({ name }: Error): number => warnings.push(name)
  process.on('warning', note)
  try {
    const asked = new Set<string>()
    const embedder = await open({
      maxBatch: 1,
      concurrency: 40,
      request: async (texts, signal) => {
        const [text = ''] = texts
        if (asked.has(text)) return await answer(texts, signal)
        asked.add(text)
        throw new ProviderError('busy', 'Too many requests.')
      },
    })
    const texts = Array.from({ length: 40 }, (_, index) => `text ${index}`)
    await Promise.all([
      embedder.embedDocuments(texts),
      ...texts.map((text) => embedder.embedQuery(`query for ${text}`)),
    ])
    // Warnings are told on a later tick.
    await new Promise(setImmediate)
    expect(warnings).not.toContain('MaxListenersExceededWarning')
  } finally {
    process.off('warning', note)
  }
})
