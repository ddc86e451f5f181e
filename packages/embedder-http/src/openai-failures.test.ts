import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import type { Logger } from '@cairn/core'
import type { EmbeddingsBehaviour, EmbeddingsBody } from '@cairn/testkit/embeddings-server'
import { rejectionOf, startEmbeddingsServer, textsOf } from '@cairn/testkit/embeddings-server'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { apiKey, localServer, model } from './local-server.test-support.ts'
import { openaiCompatible } from './openai-compatible.ts'

const local = localServer()

/** Everything that can be seen of a value, by any means. */
const seenOf = (value: unknown): string =>
  [
    inspect(value, { depth: Number.POSITIVE_INFINITY, showHidden: true, getters: true }),
    String(value),
    JSON.stringify(value),
  ].join('\n')

/** The behaviours in turn, then the last for good; null: a good answer. */
const inTurn = (...behaviours: readonly (EmbeddingsBehaviour | null)[]): EmbeddingsBehaviour => {
  let next = 0
  return (request, embed) => {
    const behaviour = behaviours[Math.min(next++, behaviours.length - 1)]
    return behaviour ? behaviour(request, embed) : embed()
  }
}

const status =
  (code: number, headers: Record<string, string> = {}, body: unknown = {}): EmbeddingsBehaviour =>
  () => ({ status: code, headers, body })

const changed =
  (change: (body: EmbeddingsBody) => unknown): EmbeddingsBehaviour =>
  async (_, embed) => ({ body: change((await embed()).body) })

const collected = (): { readonly logger: Logger; readonly lines: string[] } => {
  const lines: string[] = []
  const add = (details: object, message: string): void => {
    lines.push(`${message} ${seenOf(details)}`)
  }
  return { logger: { debug: add, info: add, warn: add, error: add }, lines }
}

test.each<[string, EmbeddingsBehaviour]>([
  ['429 with Retry-After in seconds', status(429, { 'retry-after': '0' })],
  ['429 with Retry-After as a date', status(429, { 'retry-after': new Date(0).toUTCString() })],
  ['500', status(500)],
  ['502 with a page', status(502, { 'content-type': 'text/html' }, '<html>Bad gateway</html>')],
  ['503', status(503)],
  ['a closed connection', () => 'close'],
  ['an answer that is cut', () => 'cut'],
])('goes on after %s, and embeds no text twice', async (_, failure) => {
  local.server.behave(inTurn(failure, failure, null))
  const { logger, lines } = collected()
  const embedder = await local.open({ logger, concurrency: 1 })
  const texts = textsOf(10)
  const vectors = await embedder.embedDocuments(texts)
  expect(await local.server.distance(texts, vectors)).toBeLessThan(1e-6)
  expect(local.server.embedded).toEqual(texts)
  expect(embedder.usage()).toMatchObject({ requests: 3, retries: 2, texts: 10, truncatedTexts: 0 })
  expect(lines).toHaveLength(2)
})

test.each<[string, EmbeddingsBehaviour]>([
  ['429', status(429)],
  ['503', status(503)],
  ['a closed connection', () => 'close'],
  ['an answer that is cut', () => 'cut'],
])('%s beyond the time budget is recoverable', async (_, failure) => {
  local.server.behave(failure)
  const embedder = await local.open({ retryBudgetMs: 0 })
  await expect(embedder.embedDocuments(['a'])).rejects.toMatchObject({
    name: 'EmbedderError',
    code: 'EMBEDDER_UNAVAILABLE',
    recoverable: true,
  })
})

test('a server that never answers is recoverable after the time limit', async () => {
  local.server.behave(() => 'never')
  const embedder = await local.open({ retryBudgetMs: 0, timeoutMs: 50 })
  await expect(embedder.embedDocuments(['a'])).rejects.toMatchObject({
    code: 'EMBEDDER_UNAVAILABLE',
    recoverable: true,
    message: 'static did not answer within 50 ms.',
  })
})

test('a server that is not there is recoverable, and the system’s code is said', async () => {
  const gone = await startEmbeddingsServer(model)
  await gone.close()
  const { baseUrl } = gone
  const call = openaiCompatible({ baseUrl, model: 'static', apiKey, retryBudgetMs: 0 })
  await expect(call).rejects.toMatchObject({
    code: 'EMBEDDER_UNAVAILABLE',
    recoverable: true,
    message: expect.stringContaining('ECONNREFUSED'),
  })
})

test('sends nothing before the time that Retry-After named', async () => {
  local.server.behave(status(429, { 'retry-after': '3600' }))
  const embedder = await local.open({ retryBudgetMs: 5 })
  await expect(embedder.embedDocuments(['a'])).rejects.toMatchObject({ recoverable: true })
  const call = embedder.embedDocuments(['a'])
  await expect(call).rejects.toMatchObject({ code: 'EMBEDDER_UNAVAILABLE', recoverable: true })
  await expect(call).rejects.toThrow(/wait another 3[56]\d\d s/)
  expect(local.server.requests).toHaveLength(1)
})

test('a call that is made again sends only what has no vector yet', async () => {
  const { server } = local
  server.behave(({ texts }, embed) =>
    texts.includes('const value7 = 7') ? { status: 503, body: '' } : embed(),
  )
  const embedder = await local.open({ maxBatch: 2, concurrency: 1, retryBudgetMs: 0 })
  const texts = textsOf(12)
  await expect(embedder.embedDocuments(texts)).rejects.toMatchObject({ recoverable: true })
  expect(server.embedded).toEqual(texts.slice(0, 6))
  server.behave(null)
  expect(await local.server.distance(texts, await embedder.embedDocuments(texts))).toBeLessThan(
    1e-6,
  )
  expect(server.embedded.toSorted()).toEqual(texts.toSorted())
})

test('whatever fails on the way, every text gets its vector, and none is embedded twice', async () => {
  const failures: readonly EmbeddingsBehaviour[] = [
    status(429, { 'retry-after': '0' }),
    status(500),
    () => 'close',
    () => 'cut',
  ]
  const requests = fc.array(fc.option(fc.constantFrom(...failures), { nil: null }), {
    maxLength: 12,
  })
  const count = fc.integer({ min: 1, max: 20 })
  let runs = 0
  const property = fc.asyncProperty(requests, count, async (behaviours, length) => {
    runs++
    const texts = textsOf(length).map((text) => `${text} of run ${runs}`)
    local.server.behave(inTurn(...behaviours, null))
    const embedder = await local.open({ maxBatch: 3, concurrency: 2, retryBudgetMs: 0 })
    const before = local.server.embedded.length
    let vectors: Float32Array[] | null = null
    while (vectors === null) {
      vectors = await embedder.embedDocuments(texts).catch((error: unknown) => {
        expect(error).toMatchObject({ code: 'EMBEDDER_UNAVAILABLE', recoverable: true })
        return null
      })
    }
    expect(await local.server.distance(texts, vectors)).toBeLessThan(1e-6)
    expect(local.server.embedded.slice(before).toSorted()).toEqual(texts.toSorted())
  })
  await fc.assert(property, { numRuns: 30 })
})

test.each([400, 413, 422])(
  'a text that is answered with %i fails alone, by its place',
  async (code) => {
    const { server } = local
    const secret = 'what nobody may read'
    server.behave(({ texts }, embed) =>
      texts.some((text) => text.includes(secret))
        ? { status: code, body: { error: { message: `bad input: ${texts.join()}`, input: texts } } }
        : embed(),
    )
    const embedder = await local.open({ maxBatch: 16 })
    const good = textsOf(40)
    const texts = [...good.slice(0, 23), secret, ...good.slice(23)]
    const error = await rejectionOf(embedder.embedDocuments(texts))
    expect(error).toMatchObject({ code: 'EMBEDDING_FAILED', recoverable: false })
    expect(String(error)).toContain('Text 23 of 41')
    expect(seenOf(error)).not.toMatch(/nobody may read|const value/)
    expect(server.embedded.toSorted()).toEqual(good.toSorted())
    const requests = server.requests.length
    expect(await local.server.distance(good, await embedder.embedDocuments(good))).toBeLessThan(
      1e-6,
    )
    expect(server.requests).toHaveLength(requests)
  },
)

test('settings that the server takes for no text are found out after a few', async () => {
  local.server.behave(status(400))
  const embedder = await local.open()
  const error = await rejectionOf(embedder.embedDocuments(textsOf(500)))
  expect(error).toMatchObject({ code: 'EMBEDDER_UNAVAILABLE', recoverable: false })
  expect(String(error)).toContain('8 texts in a row')
  expect(local.server.requests.length).toBeLessThan(60)
})

test('a text that the server finds too long is cut, counted and reported', async () => {
  const { server } = local
  const message = "This model's maximum context length is 300 tokens."
  server.behave(({ texts }, embed) =>
    texts.some((text) => text.length > 300)
      ? { status: 400, body: { error: { message, code: 'context_length_exceeded' } } }
      : embed(),
  )
  const { logger, lines } = collected()
  const embedder = await local.open({ logger })
  const long = 'word '.repeat(400)
  const texts = ['a', long, 'b']
  const vectors = await embedder.embedDocuments(texts)
  expect(await local.server.distance(['a', long.slice(0, 256), 'b'], vectors)).toBeLessThan(1e-6)
  expect(embedder.usage().truncatedTexts).toBe(1)
  expect(lines).toMatchObject([expect.stringContaining('their ends were cut')])
  expect(lines.join()).not.toContain('word')
})

test('a text that is too long at any length fails with the server’s reason', async () => {
  local.server.behave(status(413))
  const embedder = await local.open()
  await expect(embedder.embedDocuments(['word '.repeat(400)])).rejects.toThrow(
    'Text 0 of 1: static at',
  )
  expect(embedder.usage().truncatedTexts).toBe(0)
})

test('one token repeated 100,000 times is cut before it is sent, counted and reported', async () => {
  const { logger, lines } = collected()
  const embedder = await local.open({ maxTokens: 512, logger })
  const texts = ['a', 'token '.repeat(100_000)]
  const vectors = await embedder.embedDocuments(texts)
  expect(local.server.embedded.map((text) => text.length)).toEqual([1, 1536])
  expect(await local.server.distance(local.server.embedded, vectors)).toBeLessThan(1e-6)
  expect(embedder.usage().truncatedTexts).toBe(1)
  expect(lines).toHaveLength(1)
})

test('empty texts and lone surrogates are sent as text that every server takes', async () => {
  const embedder = await local.open()
  const vectors = await embedder.embedDocuments(['', ' \n', 'a\ud83d', '\ude00b', '😀'])
  expect(local.server.embedded).toEqual(['empty', 'empty', 'a\ufffd', '\ufffdb', '😀'])
  expect(vectors).toHaveLength(5)
})

test.each<[string, EmbeddingsBehaviour]>([
  [
    'null',
    changed((body) => ({
      ...body,
      data: body.data.map((each) =>
        each.index === 1 ? { ...each, embedding: [null, ...each.embedding.slice(1)] } : each,
      ),
    })),
  ],
  [
    'the word NaN',
    async (_, embed) => {
      const { body } = await embed()
      const data = body.data.map((each) =>
        each.index === 1
          ? { ...each, embedding: ['NaN', '-Infinity', ...each.embedding.slice(2)] }
          : each,
      )
      return { body: JSON.stringify({ ...body, data }).replace(/"(NaN|-Infinity)"/g, '$1') }
    },
  ],
  [
    'zeros',
    changed((body) => ({
      ...body,
      data: body.data.map((each) =>
        each.index === 1 ? { ...each, embedding: each.embedding.map(() => 0) } : each,
      ),
    })),
  ],
])('a vector with %s costs its text alone', async (_, behaviour) => {
  const { server } = local
  server.behave(behaviour)
  const embedder = await local.open()
  const texts = ['a', 'b', 'c']
  await expect(embedder.embedDocuments(texts)).rejects.toMatchObject({
    code: 'EMBEDDING_FAILED',
    message: expect.stringContaining('Text 1 of 3'),
  })
  server.behave(() => ({ status: 500, body: '' }))
  expect(
    await local.server.distance(['a', 'c'], await embedder.embedDocuments(['a', 'c'])),
  ).toBeLessThan(1e-6)
})

test.each<[string, EmbeddingsBehaviour, string]>([
  [
    'fewer vectors',
    changed((body) => ({ ...body, data: body.data.slice(1) })),
    '2 vectors for 3 texts',
  ],
  [
    'two vectors for one text',
    changed((body) => ({ ...body, data: body.data.map((each) => ({ ...each, index: 1 })) })),
    'index 1',
  ],
  [
    'an index of no text',
    changed((body) => ({
      ...body,
      data: body.data.map((each) => ({ ...each, index: each.index + 1 })),
    })),
    'index 3',
  ],
  [
    'another dimension',
    changed((body) => ({
      ...body,
      data: body.data.map((each) => ({ ...each, embedding: each.embedding.slice(1) })),
    })),
    '383 dimensions',
  ],
  ['text that is not JSON', () => ({ body: `{"data": ${apiKey}` }), 'not JSON'],
  [
    'a page',
    () => ({ headers: { 'content-type': 'text/html' }, body: `<html>${apiKey}</html>` }),
    'a web page',
  ],
  ['nothing', () => ({ body: '' }), 'not JSON'],
  ['JSON of something else', () => ({ body: { key: apiKey } }), 'something else'],
])('%s is a typed error that says so', async (_, behaviour, message) => {
  local.server.behave(behaviour)
  const embedder = await local.open()
  const error = await rejectionOf(embedder.embedDocuments(['a', 'b', 'c']))
  expect(error).toMatchObject({
    name: 'EmbedderError',
    code: 'EMBEDDER_INVALID',
    recoverable: false,
  })
  expect(String(error)).toContain(message)
  expect(seenOf(error)).not.toContain(apiKey)
})

test.each([
  [401, 'check the API key'],
  [403, 'check the API key'],
  [404, 'check the base URL and the name of the model'],
  [402, 'the account'],
])('%i ends the call at once and says what to do', async (code, advice) => {
  const body = { error: { message: `Incorrect API key provided: ${apiKey}`, code: apiKey } }
  local.server.behave(status(code, { 'x-key': apiKey }, body))
  const { logger, lines } = collected()
  const embedder = await local.open({ concurrency: 1, maxBatch: 1, logger })
  const error = await rejectionOf(embedder.embedDocuments(textsOf(9)))
  expect(error).toMatchObject({ code: 'EMBEDDER_UNAVAILABLE', recoverable: false })
  expect(String(error)).toContain(advice)
  expect(local.server.requests).toHaveLength(1)
  expect([seenOf(error), seenOf(embedder), ...lines].join()).not.toContain(apiKey)
})

test('the key is in no error, log or inspection, whatever the server does with it', async () => {
  const body = { error: { message: apiKey, code: apiKey, type: apiKey } }
  const { logger, lines } = collected()
  const embedder = await local.open({ logger, retryBudgetMs: 600, headers: { 'x-key': apiKey } })
  const seen: unknown[] = [embedder]
  for (const code of [400, 401, 413, 418, 429, 500, 503]) {
    local.server.behave(status(code, { 'x-key': apiKey, 'retry-after': apiKey }, body))
    seen.push(await rejectionOf(embedder.embedDocuments([`text ${code}`])))
    seen.push(await rejectionOf(embedder.embedQuery(`text ${code}`)))
  }
  expect(lines.length).toBeGreaterThan(0)
  expect([...seen.map(seenOf), ...lines].join()).not.toContain(apiKey)
})

test('a redirect is not followed, and the key does not go with it', async () => {
  const another = await startEmbeddingsServer(model)
  try {
    const location = `${another.baseUrl}/embeddings?key=${apiKey}`
    for (const code of [301, 302, 307, 308]) {
      local.server.behave(status(code, { location }))
      const embedder = await local.open()
      const error = await rejectionOf(embedder.embedDocuments(['a']))
      expect(error).toMatchObject({ code: 'EMBEDDER_UNAVAILABLE', recoverable: false })
      expect(String(error)).toContain(new URL(another.baseUrl).origin)
      expect(seenOf(error)).not.toContain(apiKey)
    }
    expect(another.requests).toEqual([])
  } finally {
    await another.close()
  }
})

test('an abort ends the request at once, and the connection with it', async () => {
  const server = createServer()
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  const request = once(server, 'request')
  try {
    const embedder = await local.open({ baseUrl: `http://127.0.0.1:${port}` })
    const controller = new AbortController()
    const call = rejectionOf(embedder.embedDocuments(['a'], { signal: controller.signal }))
    const [, response] = (await request) as [IncomingMessage, ServerResponse]
    const reason = new Error('enough')
    controller.abort(reason)
    expect(await call).toBe(reason)
    await once(response, 'close')
  } finally {
    server.close()
  }
})

test('an abort ends a pause at once', async () => {
  local.server.behave(status(429, { 'retry-after': '3000' }))
  const controller = new AbortController()
  const reason = new Error('enough')
  const { logger } = collected()
  const embedder = await local.open({
    retryBudgetMs: 4_000_000,
    logger: { ...logger, warn: () => setImmediate(() => controller.abort(reason)) },
  })
  expect(await rejectionOf(embedder.embedDocuments(['a'], { signal: controller.signal }))).toBe(
    reason,
  )
})

test('closing ends the calls that are under way, and those that come', async () => {
  local.server.behave(() => 'never')
  const embedder = await local.open()
  const call = rejectionOf(embedder.embedDocuments(['a']))
  await local.server.arrival(1)
  await embedder.close?.()
  expect(await call).toMatchObject({ code: 'CLOSED' })
  await expect(embedder.embedQuery('a')).rejects.toMatchObject({ code: 'CLOSED' })
})
