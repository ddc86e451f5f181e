import { textsOf } from '@cairn/testkit/embeddings-server'
import { expect, test } from 'vitest'
import { apiKey, localServer, model } from './local-server.test-support.ts'
import { openaiCompatible } from './openai-compatible.ts'

const local = localServer()

test('asks for the dimensions once, where they are not given', async () => {
  const { server } = local
  const embedder = await openaiCompatible({ baseUrl: server.baseUrl, model: 'static' })
  expect(embedder.dimensions).toBe(model.dimensions)
  expect(server.requests).toHaveLength(1)
  await embedder.close?.()
  await local.open()
  expect(server.requests).toHaveLength(1)
})

test('sends the model, the texts, the key and what the caller adds', async () => {
  const embedder = await local.open({
    headers: { 'x-team': 'search' },
    body: { dimensions: 384 },
    documentPrefix: 'passage: ',
    queryPrefix: 'query: ',
  })
  await embedder.embedDocuments(['a', 'b'])
  await embedder.embedQuery('c')
  const [documents, query] = local.server.requests
  expect(documents?.texts).toEqual(['passage: a', 'passage: b'])
  expect(documents?.settings).toEqual({
    model: 'static',
    encoding_format: 'float',
    dimensions: 384,
  })
  expect(documents?.headers).toMatchObject({
    authorization: `Bearer ${apiKey}`,
    'x-team': 'search',
  })
  expect(query?.texts).toEqual(['query: c'])
})

test('keeps the query of the base URL and does without a key', async () => {
  const seen: { url: string; authorization: string | null }[] = []
  const embedder = await openaiCompatible({
    baseUrl: `${local.server.baseUrl}/?api-version=1`,
    model: 'static',
    dimensions: model.dimensions,
    fetch: (input, init) => {
      const url = String(input)
      seen.push({ url, authorization: new Headers(init?.headers).get('authorization') })
      return fetch(input, init)
    },
  })
  await embedder.embedQuery('a')
  expect(seen).toEqual([
    { url: `${local.server.baseUrl}/embeddings?api-version=1`, authorization: null },
  ])
})

test('gives each text its vector when the answer is in another order', async () => {
  local.server.behave(async (_, embed) => {
    const { body } = await embed()
    return { body: { ...body, data: [...body.data].reverse() } }
  })
  const embedder = await local.open()
  const texts = textsOf(40)
  expect(await local.server.distance(texts, await embedder.embedDocuments(texts))).toBeLessThan(
    1e-6,
  )
})

test('takes the order of the list where the answer has no index', async () => {
  local.server.behave(async (_, embed) => {
    const { body } = await embed()
    return { body: { data: body.data.map(({ embedding }) => ({ embedding })) } }
  })
  const embedder = await local.open()
  const texts = textsOf(5)
  expect(await local.server.distance(texts, await embedder.embedDocuments(texts))).toBeLessThan(
    1e-6,
  )
})

test('gives vectors of unit length, whatever the length of the server’s', async () => {
  local.server.behave(async (_, embed) => {
    const { body } = await embed()
    const data = body.data.map((each) => ({
      ...each,
      embedding: each.embedding.map((value) => (value ?? 0) * 1e200),
    }))
    return { body: { ...body, data } }
  })
  const embedder = await local.open()
  const texts = textsOf(3)
  expect(await local.server.distance(texts, await embedder.embedDocuments(texts))).toBeLessThan(
    1e-6,
  )
})

test('sends no more texts and bytes in a request than it may', async () => {
  const embedder = await local.open({ maxBatch: 4, maxBatchTokens: 100 })
  const texts = [...textsOf(9), 'x'.repeat(60), 'y'.repeat(60), 'z'.repeat(300), 'a', 'b']
  await embedder.embedDocuments(texts)
  expect(local.server.embedded.toSorted()).toEqual(texts.toSorted())
  const sizes = local.server.requests.map((request) => ({
    texts: request.texts.length,
    bytes: request.texts.join('').length,
  }))
  expect(Math.max(...sizes.map((size) => size.texts))).toBe(4)
  expect(sizes.filter((size) => size.bytes > 100)).toEqual([{ texts: 1, bytes: 300 }])
})

test('makes as many requests at the same time as it may, over all calls', async () => {
  const { server } = local
  // Nothing is answered before three requests are there.
  server.behave(async (_, embed) => {
    await server.arrival(3)
    return await embed()
  })
  const embedder = await local.open({ maxBatch: 2, concurrency: 3 })
  const texts = textsOf(24)
  await Promise.all([
    embedder.embedDocuments(texts.slice(0, 12)),
    embedder.embedDocuments(texts.slice(12)),
  ])
  expect(server.mostAtOnce).toBe(3)
  expect(server.embedded.toSorted()).toEqual(texts.toSorted())
})

test('a query does not wait for the requests of documents', async () => {
  const { server } = local
  // The document is not answered before the query is there.
  server.behave(async (_, embed) => {
    await server.arrival(2)
    return await embed()
  })
  const embedder = await local.open({ maxBatch: 1, concurrency: 1 })
  const documents = embedder.embedDocuments(textsOf(3))
  await server.arrival(1)
  expect(await embedder.embedQuery('a query')).toBeInstanceOf(Float32Array)
  expect(server.requests[1]?.texts).toEqual(['a query'])
  expect(await documents).toHaveLength(3)
})

test('the fingerprint follows what decides about a vector, and nothing else', async () => {
  const fingerprint = async (options: Parameters<typeof local.open>[0]): Promise<string> =>
    (await local.open(options)).fingerprint
  const plain = await fingerprint({})
  expect(await fingerprint({ apiKey: 'another', maxBatch: 3, timeoutMs: 5 })).toBe(plain)
  for (const options of [
    { model: 'another' },
    { dimensions: 3 },
    { documentPrefix: 'passage: ' },
    { queryPrefix: 'query: ' },
    { maxTokens: 100 },
    { body: { dimensions: 3 } },
    { baseUrl: 'http://127.0.0.1:9/v1' },
  ]) {
    expect(await fingerprint(options)).not.toBe(plain)
  }
  expect(await fingerprint({ weights: 'w', baseUrl: 'http://127.0.0.1:9/v1' })).toBe(
    await fingerprint({ weights: 'w' }),
  )
})

test.each([
  ['baseUrl', { baseUrl: 'not an address' }],
  ['baseUrl', { baseUrl: 'ftp://127.0.0.1/v1' }],
  ['baseUrl', { baseUrl: `http://user:${apiKey}@127.0.0.1/v1` }],
  ['model', { model: '' }],
  ['apiKey', { apiKey: `${apiKey}\n${apiKey}` }],
  ['headers', { headers: { 'x-key': `${apiKey}\n\n${apiKey}` } }],
  ['dimensions', { dimensions: 0 }],
  ['maxTokens', { maxTokens: 1.5 }],
  ['bytesPerToken', { bytesPerToken: 0 }],
  ['maxBatch', { maxBatch: 0 }],
  ['concurrency', { concurrency: 0 }],
  ['timeoutMs', { timeoutMs: 0 }],
  ['retryBudgetMs', { retryBudgetMs: -1 }],
  ['fusion', { fusion: { dense: -1, lexical: 1 } }],
])('refuses a wrong %s without quoting it: %o', async (name, options) => {
  await expect(local.open(options)).rejects.toMatchObject({
    code: 'INVALID_OPTIONS',
    message: expect.not.stringContaining(apiKey),
  })
  await expect(local.open(options)).rejects.toThrow(name)
})

test('a text that is no string is refused by its type', async () => {
  const embedder = await local.open()
  await expect(embedder.embedQuery(7 as unknown as string)).rejects.toMatchObject({
    code: 'INVALID_OPTIONS',
  })
})
