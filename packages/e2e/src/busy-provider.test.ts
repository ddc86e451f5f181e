import { inspect } from 'node:util'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import type { Embedder, Logger } from '@cairn/core'
import { aiSdk } from '@cairn/embedder-ai-sdk'
import { openaiCompatible, type RemoteLimits } from '@cairn/embedder-http'
import { staticEmbedder } from '@cairn/embedder-static'
import {
  type EmbeddingsBehaviour,
  type EmbeddingsServer,
  startEmbeddingsServer,
} from '@cairn/testkit/embeddings-server'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { collectEvents, createWorkbench, shop, type Workbench } from './fixture.ts'

const apiKey = 'sk_secret_key_of_the_test'
let bench: Workbench
let model: Embedder
let server: EmbeddingsServer
beforeEach(async () => {
  bench = createWorkbench()
  model = staticEmbedder({ threads: 1 })
  await model.embedQuery('ready')
  server = await startEmbeddingsServer(model)
})
afterEach(async () => {
  await bench.close()
  await server.close()
  await model.close?.()
})

type Open = (options: RemoteLimits) => Promise<Embedder>

const providers: readonly [string, Open][] = [
  [
    'an OpenAI-compatible server',
    (options) => openaiCompatible({ baseUrl: server.baseUrl, model: 'static', apiKey, ...options }),
  ],
  [
    'a model of the AI SDK',
    (options) => {
      const provider = createOpenAICompatible({ name: 'local', baseURL: server.baseUrl, apiKey })
      return aiSdk(provider.embeddingModel('static'), options)
    },
  ],
]

/** Answers, then is busy for two requests, then answers again. */
const busyForAWhile = (first: number): EmbeddingsBehaviour => {
  return ({ number }, embed) => {
    if (number === first + 1) return { status: 429, headers: { 'retry-after': '1' }, body: {} }
    return number === first + 2 ? { status: 503, body: {} } : embed()
  }
}

describe.each(providers)('%s', (_, open) => {
  test('is waited for while it is busy, and embeds no text twice', async () => {
    const lines: string[] = []
    const add = (details: object, message: string): void => {
      lines.push(`${message} ${inspect(details, { depth: null })}`)
    }
    const logger: Logger = { debug: add, info: add, warn: add, error: add }
    // The run has to say that it waits, so the embedder gives up at once.
    const embedder = await open({ retryBudgetMs: 1, maxBatch: 3, concurrency: 2, logger })
    const probes = server.embedded.length
    server.behave(busyForAWhile(server.requests.length + 1))
    const { indexer } = bench.open({ embedder, logger })
    const run = indexer.index({ path: bench.repository('shop', shop) })
    const events = collectEvents(run)
    const result = await run.finished
    expect(result.problems.map(({ path }) => path)).toEqual(['logo.bin'])
    const health = events.flatMap((event) =>
      event.type === 'health.changed' ? [event.health.state] : [],
    )
    expect(health).toContain('waiting')
    expect(await indexer.status(run.taskId)).toMatchObject({ status: 'completed' })
    const embedded = server.embedded.slice(probes)
    expect(new Set(embedded).size).toBe(embedded.length)
    expect(embedded.length).toBeGreaterThan(3)
    const { hits } = await indexer.search('where are failed requests tried again')
    expect(hits[0]?.path).toBe('web/retry.ts')
    expect([JSON.stringify(events), ...lines].join()).not.toContain(apiKey)
    await embedder.close?.()
  })

  test('is shown to be waited for at once, by whom and until when, while it asks to wait', async () => {
    const embedder = await open({ maxBatch: 3, concurrency: 2 })
    const { indexer } = bench.open({ embedder })
    let isShown = false
    const refused: number[] = []
    server.behave(({ number }, embed) => {
      if (isShown) return embed()
      refused.push(number)
      return { status: 429, headers: { 'retry-after': '1' }, body: {} }
    })
    const run = indexer.index({ path: bench.repository('shop', shop) })
    const startedAt = Date.now()
    run.on('health.changed', ({ health }) => {
      isShown ||= health.state === 'waiting'
    })
    const events = collectEvents(run)
    await run.finished
    const health = events.flatMap((event) =>
      event.type === 'health.changed' ? [event.health] : [],
    )
    const waiting = health.find(({ state }) => state === 'waiting')
    const [, until = ''] = waiting?.detail?.match(/ until (\S+Z): /) ?? []
    expect(waiting?.detail).toContain(`Waiting for the embedder ${embedder.id} until `)
    expect(waiting?.detail).toContain('429')
    expect(Date.parse(until)).toBeGreaterThanOrEqual(startedAt + 1000)
    expect(waiting?.since.getTime()).toBeGreaterThanOrEqual(startedAt)
    expect(health.at(-1)).toMatchObject({ state: 'ok', detail: null })
    // The embedder itself waited: the run has not called it again, and what was shown is why.
    expect(refused.length).toBeGreaterThan(0)
    expect(events.filter(({ type }) => type === 'warning.recorded')).toEqual([])
    await embedder.close?.()
  })

  test('one text that it rejects costs that chunk, and no other text is embedded twice', async () => {
    const embedder = await open({})
    const probes = server.embedded.length
    server.behave(({ texts }, embed) =>
      texts.some((text) => text.includes('payOrder'))
        ? { status: 400, body: { error: { message: 'no' } } }
        : embed(),
    )
    const { indexer } = bench.open({ embedder })
    const run = indexer.index({ path: bench.repository('shop', shop) })
    await run.finished
    const { errors } = await indexer.status(run.taskId)
    expect(errors).toMatchObject([
      { errorType: 'EMBEDDING_FAILED', filePath: 'web/checkout.ts', recoverable: false },
    ])
    const embedded = server.embedded.slice(probes)
    expect(new Set(embedded).size).toBe(embedded.length)
    expect(await indexer.reconcile('shop')).toMatchObject({ ok: true })
    await embedder.close?.()
  })

  test('a key that it refuses fails the run, and stands in nothing that is told', async () => {
    const embedder = await open({})
    const body = { error: { message: `Incorrect API key provided: ${apiKey}`, code: apiKey } }
    server.behave(() => ({ status: 401, body }))
    const { indexer } = bench.open({ embedder })
    const run = indexer.index({ path: bench.repository('shop', shop) })
    const events = collectEvents(run)
    const error: unknown = await run.finished.catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'EMBEDDER_UNAVAILABLE', recoverable: false })
    const status = await indexer.status(run.taskId)
    expect(status).toMatchObject({ status: 'failed' })
    expect(inspect([error, events, status], { depth: null, showHidden: true })).not.toContain(
      apiKey,
    )
    await embedder.close?.()
  })
})
