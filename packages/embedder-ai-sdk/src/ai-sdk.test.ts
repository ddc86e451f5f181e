import { inspect } from 'node:util'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { staticEmbedder } from '@cairn/embedder-static'
import {
  type EmbeddingsBehaviour,
  type EmbeddingsServer,
  rejectionOf,
  startEmbeddingsServer,
  textsOf,
} from '@cairn/testkit/embeddings-server'
import { createProviderRegistry, type EmbeddingModel } from 'ai'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { type AiSdkOptions, aiSdk } from './ai-sdk.ts'

const apiKey = 'sk_secret_key_of_the_test'
const model = staticEmbedder({ threads: 1 })
const { dimensions } = model
let server: EmbeddingsServer

beforeAll(async () => {
  await model.embedQuery('ready')
})
beforeEach(async () => {
  server = await startEmbeddingsServer(model)
})
afterEach(() => server.close())
afterAll(() => model.close?.())

const provider = (): ReturnType<typeof createOpenAICompatible> =>
  createOpenAICompatible({ name: 'local', baseURL: server.baseUrl, apiKey })

/** The provider's model, with other limits. */
function limited(limits: {
  maxEmbeddingsPerCall?: number
  supportsParallelCalls?: boolean
}): EmbeddingModel {
  const whole = provider().embeddingModel('static')
  return {
    specificationVersion: whole.specificationVersion,
    provider: whole.provider,
    modelId: whole.modelId,
    maxEmbeddingsPerCall: whole.maxEmbeddingsPerCall,
    supportsParallelCalls: whole.supportsParallelCalls,
    doEmbed: (options) => whole.doEmbed(options),
    ...limits,
  }
}

const open = (options: AiSdkOptions = {}): ReturnType<typeof aiSdk> =>
  aiSdk(provider().embeddingModel('static'), { dimensions, ...options })

const seenOf = (value: unknown): string =>
  inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true })

test('asks for the dimensions once, where they are not given', async () => {
  const embedder = await aiSdk(provider().embeddingModel('static'))
  expect(embedder.dimensions).toBe(dimensions)
  expect(embedder.id).toBe('local.embedding/static')
  expect(server.requests).toHaveLength(1)
  await open()
  expect(server.requests).toHaveLength(1)
})

test('sends no more texts in a call than the model takes', async () => {
  const embedder = await aiSdk(limited({ maxEmbeddingsPerCall: 3 }), { dimensions, maxBatch: 10 })
  const texts = textsOf(20)
  expect(await server.distance(texts, await embedder.embedDocuments(texts))).toBeLessThan(1e-6)
  expect(Math.max(...server.requests.map((request) => request.texts.length))).toBe(3)
  expect(server.requests).toHaveLength(7)
})

test('makes one call after the other where the model takes no parallel ones', async () => {
  const embedder = await aiSdk(limited({ supportsParallelCalls: false }), {
    dimensions,
    maxBatch: 2,
    concurrency: 8,
  })
  await Promise.all([embedder.embedDocuments(textsOf(12)), embedder.embedDocuments(textsOf(6))])
  expect(server.requests).toHaveLength(9)
  expect(server.mostAtOnce).toBe(1)
})

test('passes the provider’s options on', async () => {
  const embedder = await open({ providerOptions: { local: { dimensions: 64 } } })
  await embedder.embedQuery('a')
  expect(server.requests[0]?.settings).toMatchObject({ dimensions: 64 })
  expect(embedder.fingerprint).not.toBe((await open()).fingerprint)
})

test('takes a model of a registry, whatever specification it is of', async () => {
  const registry = createProviderRegistry({ local: provider() })
  const embedder = await aiSdk(registry.embeddingModel('local:static'), { dimensions })
  const texts = textsOf(3)
  expect(await server.distance(texts, await embedder.embedDocuments(texts))).toBeLessThan(1e-6)
})

test('takes the name of a model that the global provider knows', async () => {
  const before = globalThis.AI_SDK_DEFAULT_PROVIDER
  globalThis.AI_SDK_DEFAULT_PROVIDER = provider()
  try {
    const embedder = await aiSdk('static', { dimensions })
    expect(embedder.id).toBe('static')
    const texts = textsOf(3)
    expect(await server.distance(texts, await embedder.embedDocuments(texts))).toBeLessThan(1e-6)
  } finally {
    globalThis.AI_SDK_DEFAULT_PROVIDER = before
  }
})

test.each(['v2', 'v3', 'v4'] as const)('takes a model of specification %s', async (version) => {
  const whole = provider().embeddingModel('static')
  const embedder = await aiSdk(
    new Proxy(whole, {
      get: (target, name) =>
        name === 'specificationVersion' ? version : Reflect.get(target, name, target),
    }),
    { dimensions },
  )
  const texts = textsOf(3)
  expect(await server.distance(texts, await embedder.embedDocuments(texts))).toBeLessThan(1e-6)
})

test('what is no embedding model is refused', async () => {
  await expect(aiSdk({} as EmbeddingModel)).rejects.toMatchObject({ code: 'INVALID_OPTIONS' })
})

test('gives each text its vector when the answer is in another order', async () => {
  server.behave(async (_, embed) => {
    const { body } = await embed()
    return { body: { ...body, data: [...body.data].reverse() } }
  })
  const embedder = await open()
  const texts = textsOf(40)
  expect(await server.distance(texts, await embedder.embedDocuments(texts))).toBeLessThan(1e-6)
})

test.each<[string, EmbeddingsBehaviour]>([
  ['429', () => ({ status: 429, headers: { 'retry-after': '0' }, body: {} })],
  ['503', () => ({ status: 503, body: {} })],
  ['a closed connection', () => 'close'],
  ['an answer that is cut', () => 'cut'],
])('is tried again after %s, by one layer only', async (_, failure) => {
  server.behave((request, embed) => (request.number < 3 ? failure(request, embed) : embed()))
  const embedder = await open()
  const texts = textsOf(10)
  expect(await server.distance(texts, await embedder.embedDocuments(texts))).toBeLessThan(1e-6)
  expect(embedder.usage()).toMatchObject({ requests: 3, retries: 2 })
  expect(server.requests).toHaveLength(3)
  expect(server.embedded).toEqual(texts)
})

test.each<[string, EmbeddingsBehaviour]>([
  ['429', () => ({ status: 429, body: {} })],
  ['a closed connection', () => 'close'],
])('%s beyond the time budget is recoverable, after one request', async (_, failure) => {
  server.behave(failure)
  const embedder = await open({ retryBudgetMs: 0 })
  await expect(embedder.embedDocuments(['a'])).rejects.toMatchObject({
    name: 'EmbedderError',
    code: 'EMBEDDER_UNAVAILABLE',
    recoverable: true,
  })
  expect(server.requests).toHaveLength(1)
})

test('a provider that never answers is recoverable after the time limit', async () => {
  server.behave(() => 'never')
  const embedder = await open({ retryBudgetMs: 0, timeoutMs: 50 })
  await expect(embedder.embedQuery('a')).rejects.toMatchObject({
    code: 'EMBEDDER_UNAVAILABLE',
    recoverable: true,
    message: 'local.embedding/static did not answer within 50 ms.',
  })
})

test('Retry-After of the provider is kept to', async () => {
  server.behave(() => ({ status: 429, headers: { 'retry-after': '3600' }, body: {} }))
  const embedder = await open({ retryBudgetMs: 5 })
  await expect(embedder.embedQuery('a')).rejects.toMatchObject({ recoverable: true })
  await expect(embedder.embedQuery('a')).rejects.toThrow(/wait another 3[56]\d\d s/)
  expect(server.requests).toHaveLength(1)
})

test('a text that is rejected fails alone, by its place', async () => {
  const secret = 'what nobody may read'
  server.behave(({ texts }, embed) =>
    texts.includes(secret)
      ? { status: 400, body: { error: { message: `bad input: ${texts.join()}` } } }
      : embed(),
  )
  const embedder = await open()
  const good = textsOf(20)
  const error = await rejectionOf(
    embedder.embedDocuments([...good.slice(0, 7), secret, ...good.slice(7)]),
  )
  expect(error).toMatchObject({ code: 'EMBEDDING_FAILED', recoverable: false })
  expect(String(error)).toContain('Text 7 of 21')
  expect(seenOf(error)).not.toMatch(/nobody may read|const value/)
  expect(server.embedded.toSorted()).toEqual(good.toSorted())
})

test('a text that is too long is cut and counted', async () => {
  server.behave(({ texts }, embed) =>
    texts.some((text) => text.length > 300)
      ? { status: 400, body: { error: { message: 'maximum context length is 300 tokens' } } }
      : embed(),
  )
  const embedder = await open({ maxTokens: 512 })
  const long = 'token '.repeat(100_000)
  const vectors = await embedder.embedDocuments(['a', long])
  expect(await server.distance(['a', long.slice(0, 256)], vectors)).toBeLessThan(1e-6)
  expect(embedder.usage().truncatedTexts).toBe(1)
})

test('empty texts and lone surrogates are sent as text that every provider takes', async () => {
  const embedder = await open()
  await embedder.embedDocuments(['', 'a\ud83d'])
  expect(server.embedded).toEqual(['empty', 'a\ufffd'])
})

test('a vector with NaN costs its text alone', async () => {
  server.behave(async ({ texts }, embed) => {
    const { body } = await embed()
    const data = body.data.map((each) =>
      texts[each.index] === 'b' ? { ...each, embedding: [null] } : each,
    )
    return { body: JSON.stringify({ ...body, data }).replace('[null]', '[NaN]') }
  })
  const embedder = await open()
  const call = embedder.embedDocuments(['a', 'b', 'c'])
  await expect(call).rejects.toMatchObject({ code: 'EMBEDDING_FAILED' })
  await expect(call).rejects.toThrow('Text 1 of 3')
})

test.each<[string, EmbeddingsBehaviour]>([
  [
    'fewer vectors',
    async (_, embed) => {
      const { body } = await embed()
      return { body: { ...body, data: body.data.slice(1) } }
    },
  ],
  [
    'two vectors for one text',
    async (_, embed) => {
      const { body } = await embed()
      return { body: { ...body, data: body.data.map((each) => ({ ...each, index: 1 })) } }
    },
  ],
  [
    'another dimension',
    async (_, embed) => {
      const { body } = await embed()
      const data = body.data.map((each) => ({ ...each, embedding: each.embedding.slice(1) }))
      return { body: { ...body, data } }
    },
  ],
  ['a page', () => ({ headers: { 'content-type': 'text/html' }, body: '<html></html>' })],
])('%s is a typed error', async (_, behaviour) => {
  server.behave(behaviour)
  const embedder = await open()
  await expect(embedder.embedDocuments(['a', 'b', 'c'])).rejects.toMatchObject({
    name: 'EmbedderError',
    code: 'EMBEDDER_INVALID',
    recoverable: false,
  })
})

test('the key is in no error or inspection, whatever the provider does with it', async () => {
  const embedder = await open({ retryBudgetMs: 0 })
  const seen = [seenOf(embedder)]
  for (const status of [400, 401, 403, 404, 413, 429, 500, 200]) {
    const body = { error: { message: apiKey, code: apiKey, type: apiKey } }
    server.behave(() => ({ status, headers: { 'x-key': apiKey }, body }))
    const error = await rejectionOf(embedder.embedDocuments([`text ${status}`]))
    expect(error).toMatchObject({ name: 'EmbedderError' })
    seen.push(seenOf(error))
  }
  expect(seen.join()).not.toContain(apiKey)
})

test('an abort ends the call at once with the signal’s reason', async () => {
  server.behave(() => 'never')
  const embedder = await open()
  const controller = new AbortController()
  const reason = new Error('enough')
  const call = rejectionOf(embedder.embedDocuments(['a'], { signal: controller.signal }))
  await server.arrival(1)
  controller.abort(reason)
  expect(await call).toBe(reason)
})
