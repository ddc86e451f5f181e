import { decode, routes, statusDocumentSchema } from '@cairn/protocol'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readJson } from './read-json.test-support.ts'
import { createWorkbench, type Mounted, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
let mounted: Mounted
let shopTask: string
beforeAll(async () => {
  bench = createWorkbench()
  mounted = await bench.mount()
  const run = bench.indexer.index({ path: bench.repository('shop'), name: 'shop' })
  await run.finished
  shopTask = run.taskId
  const other = bench.indexer.index({
    path: bench.repository('tools', { 'src/hammer.ts': 'export function hit(): void {}\n' }),
    name: 'org/tools',
  })
  await other.finished
  await bench.task('running', 'farm').begin()
  const failed = bench.task('failed', 'farm')
  await failed.begin()
  await failed.stage('parsing')
  await failed.warn('The barn is full.')
  await failed.fail('The farm is closed.')
})
afterAll(() => bench.close())

const get = (path: string) => readJson(mounted.url + path)
const post = (path: string, body: unknown) =>
  readJson(mounted.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })

describe('GET /status', () => {
  test('lists tasks newest first, with sums over all of them', async () => {
    const list = await get('/status')
    expect(list.tasks).toMatchObject([
      { task_id: 'failed', repository_name: 'farm', status: 'failed', errors_count: 1 },
      { task_id: 'running', status: 'in_progress' },
      { repository_name: 'org/tools' },
      { task_id: shopTask, repository_name: 'shop', overall_progress: 100 },
    ])
    expect(list).toMatchObject({
      total: 4,
      summary: {
        by_status: { completed: 2, failed: 1, in_progress: 1 },
        processed_files: 4,
      },
      next_cursor: null,
    })
    const { recent } = list as { recent: readonly { task_id: string }[] }
    expect(recent.map(({ task_id }) => task_id)).toEqual(['failed', expect.any(String), shopTask])
  })

  test('narrows by status and repository, and its sums with it', async () => {
    expect(await get('/status?status=failed,completed&repository=farm')).toMatchObject({
      total: 1,
      tasks: [{ task_id: 'failed' }],
      summary: { by_status: { failed: 1 } },
    })
    expect(await get('/status?repository=nothing')).toMatchObject({ total: 0, tasks: [] })
  })

  test('gives each task once over its pages', async () => {
    const seen: string[] = []
    let cursor: unknown = null
    do {
      const page: Readonly<Record<string, unknown>> = await get(
        `/status?limit=1${cursor === null ? '' : `&cursor=${encodeURIComponent(String(cursor))}`}`,
      )
      expect(page.total).toBe(4)
      for (const task of page.tasks as { task_id: string }[]) seen.push(task.task_id)
      cursor = page.next_cursor
    } while (cursor !== null)
    expect(new Set(seen).size).toBe(4)
    expect(seen).toHaveLength(4)
  })
})

test('GET /status/{task_id} gives what the indexer says', async () => {
  const status = decode(statusDocumentSchema, await get(`/status/${shopTask}`))
  expect(status).toEqual(await bench.indexer.status(shopTask))
})

test('GET /status/{task_id}/logs filters and pages, oldest first', async () => {
  const all = await get('/status/failed/logs?level=info')
  expect(all).toMatchObject({
    task_id: 'failed',
    repository_name: 'farm',
    log_level: 'INFO',
    total_logs: 5,
    next_cursor: null,
  })
  const messages = (list: Readonly<Record<string, unknown>>) =>
    (list.logs as { message: string }[]).map(({ message }) => message)
  expect(messages(all).at(-1)).toBe('The farm is closed.')
  expect(messages(await get('/status/failed/logs?level=WARNING'))).toEqual([
    'The barn is full.',
    'The farm is closed.',
  ])
  expect(messages(await get('/status/failed/logs?q=BARN'))).toEqual(['The barn is full.'])
  expect(messages(await get('/status/failed/logs?stage=parsing&limit=1'))).toHaveLength(1)
  expect(messages(await get('/status/failed/logs?since=2999-01-01T00:00:00Z'))).toEqual([])
  const first = await get('/status/failed/logs?limit=4')
  const rest = await get(`/status/failed/logs?limit=4&cursor=${first.next_cursor}`)
  expect([...messages(first), ...messages(rest)]).toEqual(messages(all))
})

test('the cursor of a list goes on with that list alone', async () => {
  const { next_cursor: cursor } = await get('/status/failed/logs?limit=1')
  for (const path of ['/status', `/status/${shopTask}/logs`]) {
    const answer = await fetch(`${mounted.url}${path}?cursor=${cursor}`)
    expect({ path, status: answer.status }).toEqual({ path, status: 422 })
  }
})

test('GET /metrics and /statistics sum up every task', async () => {
  const stages = await get('/metrics/stages')
  expect(stages).toMatchObject({
    stage_metrics: { storing: { total_executions: 2, success_count: 2 } },
    total_stages_tracked: Object.keys(stages.stage_metrics as object).length,
  })
  expect(await get('/metrics/embedding')).toMatchObject({
    embedding_metrics: {
      repositories_with_embeddings: 2,
      embedding_quality_metrics: { dimension_consistency: true, null_embeddings: 0 },
    },
  })
  expect(await get('/statistics')).toMatchObject({
    processing_statistics: {
      total_tasks: 4,
      completed_tasks: 2,
      failed_tasks: 1,
      cancelled_tasks: 0,
      processed_files: 4,
    },
    active_tasks: 1,
    tracked_tasks: 4,
  })
})

test('GET /repositories gives pages, and one of them with how it is doing', async () => {
  expect(await get('/repositories?limit=1')).toMatchObject({
    repositories: [{ name: 'org/tools' }],
    total_repositories: 2,
    page_info: { offset: 0, limit: 1, has_next: true },
  })
  expect(await get('/repositories?limit=1&offset=1')).toMatchObject({
    repositories: [{ name: 'shop', files: 3 }],
    page_info: { offset: 1, limit: 1, has_next: false },
  })
  expect(await get('/repositories/org%2Ftools')).toMatchObject({
    repository_info: { name: 'org/tools', languages: { typescript: 1 } },
    health_metrics: { is_indexing: false, last_status: 'completed', failed_files: 0 },
  })
})

test('POST /search finds chunks, in the repositories that are asked', async () => {
  const found = await post('/search', { query: 'parse price', limit: 3 })
  expect(found).toMatchObject({
    hits: expect.arrayContaining([expect.objectContaining({ repository: 'shop', start_line: 1 })]),
    freshness: expect.arrayContaining([expect.objectContaining({ repository: 'shop' })]),
  })
  const other = await post('/search', { query: 'parse price', repository: ['org/tools'] })
  const { hits } = other as { hits: { repository: string }[] }
  expect(hits.every(({ repository }) => repository === 'org/tools')).toBe(true)
})

test('POST /filter finds repositories by name and language', async () => {
  const names = async (filter: object) => {
    const { repositories, total_repositories } = await post('/filter', filter)
    const found = (repositories as { name: string }[]).map(({ name }) => name)
    expect(total_repositories).toBe(found.length)
    return found
  }
  expect(await names({})).toEqual(['org/tools', 'shop'])
  expect(await names({ name_patterns: ['org/*', 'x*'] })).toEqual(['org/tools'])
  expect(await names({ languages: ['python'] })).toEqual(['shop'])
  expect(await names({ exclude_names: ['s?op'] })).toEqual(['org/tools'])
})

test('HEAD answers as GET does, without the body', async () => {
  const [head, whole] = await Promise.all([
    fetch(`${mounted.url}/status/${shopTask}`, { method: 'HEAD' }),
    fetch(`${mounted.url}/status/${shopTask}`),
  ])
  expect(head.status).toBe(200)
  expect(head.headers.get('content-length')).toBe(whole.headers.get('content-length'))
  expect(await head.text()).toBe('')
  const events = await fetch(`${mounted.url}/status/running/events`, { method: 'HEAD' })
  expect(events.headers.get('content-type')).toBe('text/event-stream')
})

test('OPTIONS says which methods a path answers to', async () => {
  const response = await fetch(`${mounted.url}/status`, { method: 'OPTIONS' })
  expect(response.status).toBe(204)
  expect(response.headers.get('allow')).toBe('GET, HEAD, OPTIONS')
})

test('lists its routes as data, without those of control', () => {
  const mountedPaths = mounted.server.routes.map(({ path }) => path)
  expect(mountedPaths).toEqual(
    Object.values(routes)
      .filter(({ control }) => !control)
      .map(({ path }) => path),
  )
})
