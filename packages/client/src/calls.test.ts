import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createStatusClient, type StatusClient } from './create-status-client.ts'
import { type LocalServer, listen } from './http-server.test-support.ts'
import { type IndexingServer, startIndexingServer } from './indexing-server.test-support.ts'

describe('a call sends', () => {
  let recorder: LocalServer
  let client: StatusClient
  let seen: { method?: string; url?: string; body: unknown; headers: unknown }
  let token = 0

  beforeAll(async () => {
    recorder = await listen(async (request, response) => {
      let text = ''
      for await (const piece of request) text += piece
      const { method = '', url = '', headers } = request
      seen = { method, url, body: text === '' ? null : JSON.parse(text), headers }
      response.writeHead(418).end()
    })
    client = createStatusClient({
      baseUrl: `${recorder.origin}/tools/index/`,
      headers: async () => ({ authorization: `Bearer ${++token}` }),
    })
  })
  beforeEach(() => {
    token = 0
  })
  afterAll(() => recorder.close())

  const remote = { name: 'a', url: 'https://example.com/a.git', isGoldenRepo: true }
  const remoteOnWire = { name: 'a', url: remote.url, is_golden_repo: true }
  const calls: [string, (client: StatusClient) => Promise<unknown>, body?: unknown][] = [
    ['GET /status/a%2Fb%20c', (to) => to.status('a/b c')],
    ['GET /status', (to) => to.list()],
    [
      'GET /status?status=failed%2Cpaused&repository=a%26b&limit=5',
      (to) => to.list({ status: ['failed', 'paused'], repository: 'a&b', limit: 5 }),
    ],
    [
      'GET /status/t/logs?level=WARNING&since=2026-01-02T03%3A04%3A05.678Z',
      async (to) => {
        const since = new Date('2026-01-02T03:04:05.678Z')
        for await (const page of to.logs('t', { level: 'WARNING', since })) return page
      },
    ],
    ['GET /metrics/stages', (to) => to.stageMetrics()],
    ['GET /metrics/embedding', (to) => to.embeddingMetrics()],
    ['GET /statistics', (to) => to.statistics()],
    ['GET /repositories?offset=10&limit=20', (to) => to.repositories({ offset: 10, limit: 20 })],
    ['GET /repositories/a', (to) => to.repository('a')],
    [
      'POST /search',
      (to) => to.search({ query: 'x', symbolKind: ['class', 'method'], limit: 3 }),
      { query: 'x', symbol_kind: ['class', 'method'], limit: 3 },
    ],
    [
      'POST /filter',
      (to) => to.filter({ namePatterns: ['a*'], isGoldenRepo: false }),
      { name_patterns: ['a*'], is_golden_repo: false },
    ],
    ['POST /repository', (to) => to.indexRemote(remote), remoteOnWire],
    ['POST /repository?dry_run=true', (to) => to.planRemote(remote), remoteOnWire],
    [
      'POST /repository/local',
      (to) => to.indexLocal({ name: 'a', localPath: '/srv/a' }),
      { name: 'a', local_path: '/srv/a' },
    ],
    [
      'POST /repository/local?dry_run=true',
      (to) => to.planLocal({ name: 'a', localPath: '/srv/a' }),
      { name: 'a', local_path: '/srv/a' },
    ],
    [
      'POST /bulk',
      (to) => to.indexMany({ repositories: [remote], maxConcurrent: 2 }),
      { repositories: [remoteOnWire], max_concurrent: 2 },
    ],
    ['POST /update/a', (to) => to.update('a')],
    ['POST /status/t/cancel', (to) => to.cancel('t')],
    ['POST /status/t/pause', (to) => to.pause('t')],
    ['POST /status/t/resume', (to) => to.resume('t')],
    ['DELETE /repository/a', (to) => to.remove('a')],
    ['POST /optimize', (to) => to.optimize()],
    ['POST /cleanup?older_than_hours=48', (to) => to.cleanup({ olderThanHours: 48 })],
  ]

  it.each(calls)('%s', async (request, call, body = null) => {
    await expect(call(client)).rejects.toMatchObject({ status: 418 })
    const [method, url] = request.split(' ')
    expect(seen).toMatchObject({ method, url: `/tools/index${url}`, body })
    expect(seen.headers).toMatchObject({
      authorization: 'Bearer 1',
      accept: 'application/json',
      ...(body !== null && { 'content-type': 'application/json' }),
    })
  })
})

describe('of a real server', () => {
  let server: IndexingServer
  let client: StatusClient
  let taskId: string

  beforeAll(async () => {
    server = await startIndexingServer()
    client = createStatusClient({ baseUrl: server.url })
    taskId = await server.start('shop')
    await server.finish(taskId)
  })
  afterAll(() => server.close())

  it('the status is that of the indexer', async () => {
    expect(await client.status(taskId)).toEqual(await server.indexer.status(taskId))
  })

  it('the list has the tasks that are asked for', async () => {
    const list = await client.list({ status: ['completed'] })
    expect(list).toMatchObject({
      total: 1,
      tasks: [{ taskId, repositoryName: 'shop', status: 'completed', overallProgress: 100 }],
      summary: { byStatus: { completed: 1 } },
      nextCursor: null,
    })
    expect(list.timestamp).toBeInstanceOf(Date)
    expect((await client.list({ status: ['failed'] })).tasks).toEqual([])
  })

  it('the log comes page by page, as the loop asks for it', async () => {
    const { logs, total } = await server.indexer.logs(taskId, { limit: 1_000 })
    const pages = []
    for await (const page of client.logs(taskId, { limit: 4 })) pages.push(page)
    expect(pages.length).toBe(Math.ceil(total / 4))
    // Of where a source stands on the host the server says the last part.
    const source = { kind: 'local', path: 'shop', ref: null }
    const shown = logs.map((entry) =>
      'source' in (entry.details ?? {})
        ? { ...entry, details: { ...entry.details, source } }
        : entry,
    )
    expect(pages.flatMap((page) => page.logs)).toEqual(shown)
    const firstOnly = client.logs(taskId, { limit: 1 })[Symbol.asyncIterator]()
    expect((await firstOnly.next()).value?.logs).toEqual(shown.slice(0, 1))
  })

  it('metrics, repositories and hits are there', async () => {
    expect((await client.stageMetrics()).stageMetrics.embedding?.successCount).toBe(1)
    expect((await client.embeddingMetrics()).embeddingMetrics.totalChunksEmbedded).toBe(3)
    expect((await client.statistics()).processingStatistics.completedTasks).toBe(1)
    const { repositories } = await client.repositories()
    expect(repositories).toMatchObject([{ name: 'shop', files: 3, languages: { python: 3 } }])
    expect((await client.repository('shop')).healthMetrics.lastTaskId).toBe(taskId)
    expect((await client.filter({ namePatterns: ['s*'] })).repositories).toHaveLength(1)
    const { hits, freshness } = await client.search({ query: 'price into cents', limit: 2 })
    expect(hits).toHaveLength(2)
    expect(hits[0]).toMatchObject({ repository: 'shop', startLine: 1, language: 'python' })
    expect(freshness[0]?.indexedAt).toBeInstanceOf(Date)
  })

  it('what is wrong with a request is said member by member', async () => {
    await expect(client.search({ query: '' })).rejects.toMatchObject({
      status: expect.any(Number),
      errors: [{ path: 'query', message: expect.any(String) }],
    })
    await expect(client.status('nobody')).rejects.toMatchObject({
      status: 404,
      code: 'TASK_NOT_FOUND',
    })
  })
})
