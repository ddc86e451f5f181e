import { once } from 'node:events'
import { mkdirSync, symlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { decode, planDocumentSchema, routes } from '@cairn/protocol'
import { sqlite } from '@cairn/store-sqlite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createStatusServer } from './create-status-server.ts'
import { createWorkbench, type Mounted, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
let mounted: Mounted
let release: () => void
beforeEach(async () => {
  const gate = new Promise<void>((resolve) => {
    release = resolve
  })
  // Runs stand in the embedding stage until the test lets them go on.
  bench = createWorkbench((real) => ({
    ...real,
    id: real.id,
    fingerprint: real.fingerprint,
    dimensions: real.dimensions,
    maxTokens: real.maxTokens,
    embedQuery: (text, options) => real.embedQuery(text, options),
    async embedDocuments(texts, options) {
      await gate
      return real.embedDocuments(texts, options)
    },
  }))
  mounted = await bench.mount({
    source: bench.indexer,
    control: true,
    allowedRoots: [bench.folder],
  })
})
afterEach(async () => {
  release()
  await bench.close()
})

type Answer = { status: number; location: string | null; body: Record<string, unknown> }

async function send(
  method: string,
  path: string,
  body?: unknown,
  url = mounted.url,
): Promise<Answer> {
  const response = await fetch(url + path, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  })
  return {
    status: response.status,
    location: response.headers.get('location'),
    body: (await response.json()) as Record<string, unknown>,
  }
}

const statusOf = async (taskId: unknown) => (await send('GET', `/status/${taskId}`)).body.status
const ended = (taskId: unknown) =>
  expect.poll(() => statusOf(taskId), { timeout: 30_000 }).toBe('completed')

test('a folder is indexed, updated and removed, and says what is kept about it', async () => {
  release()
  const localPath = bench.repository('shop')
  const about = {
    business_domain: 'sales',
    team_owner: 'red',
    is_golden_repo: true,
    priority: 'high',
  }
  const begun = await send('POST', '/repository/local', {
    name: 'shop',
    local_path: localPath,
    ...about,
  })
  expect(begun).toMatchObject({ status: 202, body: { repository_name: 'shop', status: 'pending' } })
  const taskId = begun.body.task_id
  expect(begun.location).toBe(`${mounted.server.basePath}/status/${taskId}`)
  await ended(taskId)
  expect(await send('POST', `/status/${taskId}/cancel`)).toMatchObject({
    status: 202,
    body: { status: 'completed', message: 'The task has ended already.' },
  })

  const names = async (filter: object) =>
    ((await send('POST', '/filter', filter)).body.repositories as { name: string }[]).length
  for (const filter of [
    { domains: ['sales'] },
    { teams: ['red', 'blue'] },
    { priorities: ['high'] },
    { is_golden_repo: true },
  ]) {
    expect(await names(filter)).toBe(1)
  }
  for (const filter of [
    { domains: ['law'] },
    { teams: ['blue'] },
    { priorities: ['low'] },
    { is_golden_repo: false },
  ]) {
    expect(await names(filter)).toBe(0)
  }

  const updated = await send('POST', '/update/shop')
  expect(updated).toMatchObject({ status: 202, body: { repository_name: 'shop' } })
  await ended(updated.body.task_id)
  expect(await send('POST', '/optimize')).toMatchObject({ status: 200 })
  expect(await send('POST', '/cleanup?older_than_hours=0')).toMatchObject({
    status: 200,
    body: { older_than_hours: 0 },
  })
  expect(await send('DELETE', '/repository/shop')).toMatchObject({
    status: 200,
    body: { repository: 'shop', removed: { files: 3 } },
  })
  expect(await send('DELETE', '/repository/shop')).toMatchObject({ status: 404 })
  expect(await send('POST', '/update/shop')).toMatchObject({ status: 404 })
})

test('a remote is indexed, one by one or many at once', async () => {
  release()
  const url = (name: string) => pathToFileURL(bench.repository(name)).href
  const one = await send('POST', '/repository', { name: 'one', url: url('one'), branch: 'main' })
  expect(one.status).toBe(202)
  await ended(one.body.task_id)
  const many = await send('POST', '/bulk', {
    repositories: ['two', 'three'].map((name) => ({ name, url: url(name) })),
    max_concurrent: 2,
  })
  expect(many).toMatchObject({
    status: 202,
    body: { total: 2, tasks: [{ repository_name: 'two' }, { repository_name: 'three' }] },
  })
  for (const { task_id } of many.body.tasks as { task_id: string }[]) await ended(task_id)
})

test('of one request for many, no more go at once than it says', async () => {
  const url = (name: string) => pathToFileURL(bench.repository(name)).href
  const { status, body } = await send('POST', '/bulk', {
    repositories: ['two', 'three'].map((name) => ({ name, url: url(name) })),
    max_concurrent: 1,
  })
  expect(status).toBe(202)
  const [first, second] = (body.tasks as { task_id: string }[]).map((task) => task.task_id)
  const stageOf = async (taskId: unknown) =>
    (await send('GET', `/status/${taskId}`)).body.current_stage
  // It stays there until it is let go on.
  await expect.poll(() => stageOf(first), { timeout: 30_000 }).toBe('embedding')
  expect((await send('GET', `/status/${second}`)).body).toMatchObject({
    status: 'pending',
    health: { state: 'waiting', detail: expect.stringContaining('1 at once') },
  })
  release()
  for (const taskId of [first, second]) await ended(taskId)
})

test('of a request for many that is refused, nothing begins', async () => {
  const url = pathToFileURL(bench.repository('two')).href
  const repositories = [
    { name: 'two', url },
    { name: 'three', url: 'ext::sh -c true' },
  ]
  expect(await send('POST', '/bulk', { repositories })).toMatchObject({ status: 422 })
  expect((await send('GET', '/status')).body.total).toBe(0)
  release()
})

test('a dry run answers with the plan and starts nothing', async () => {
  const body = { name: 'shop', local_path: bench.repository('shop') }
  const { status, body: plan } = await send('POST', '/repository/local?dry_run=true', body)
  expect(status).toBe(200)
  expect(decode(planDocumentSchema, plan).totals.index).toBe(3)
  expect((await send('GET', '/status')).body.total).toBe(0)
})

test.each(['1', '0', 'TRUE', 'yes', ''])(
  'a dry run is asked for by true and by nothing else: %j',
  async (value) => {
    const body = { name: 'shop', local_path: bench.repository('shop') }
    expect(await send('POST', `/repository/local?dry_run=${value}`, body)).toMatchObject({
      status: 422,
      body: { errors: [{ path: 'dry_run', message: expect.any(String) }] },
    })
    expect((await send('GET', '/status')).body.total).toBe(0)
  },
)

test('a run is paused, goes on, and is cancelled', async () => {
  const body = { name: 'shop', local_path: bench.repository('shop') }
  const { task_id: taskId } = (await send('POST', '/repository/local', body)).body
  await expect.poll(() => statusOf(taskId), { timeout: 30_000 }).toBe('in_progress')
  expect(await send('POST', '/repository/local', body)).toMatchObject({
    status: 409,
    body: { code: 'REPOSITORY_BUSY', task_id: taskId },
  })
  expect(await send('POST', `/status/${taskId}/pause`)).toMatchObject({
    status: 202,
    body: { task_id: taskId, status: 'paused' },
  })
  expect(await send('POST', `/status/${taskId}/resume`)).toMatchObject({
    status: 202,
    body: { task_id: taskId, status: expect.stringMatching(/^(pending|in_progress)$/) },
  })
  expect(await send('POST', `/status/${taskId}/cancel`)).toMatchObject({
    status: 202,
    body: { status: 'cancelled' },
  })
  expect(await send('POST', `/status/${taskId}/pause`)).toMatchObject({
    status: 409,
    body: { code: 'TASK_ENDED', task_id: taskId },
  })
  for (const command of ['pause', 'resume', 'cancel']) {
    expect(await send('POST', `/status/nobody/${command}`)).toMatchObject({ status: 404 })
  }
})

describe('a folder outside of the allowed ones', () => {
  test('is refused alike whether it is there or not', async () => {
    const roots = join(bench.folder, 'roots')
    mkdirSync(roots)
    const outside = bench.repository('outside')
    symlinkSync(outside, join(roots, 'link'))
    const own = await bench.mount({ source: bench.indexer, control: true, allowedRoots: [roots] })
    const status = async (localPath: string) =>
      (await send('POST', '/repository/local', { name: 'x', local_path: localPath }, own.url))
        .status
    expect(await status(outside)).toBe(403)
    expect(await status(join(bench.folder, 'not-there'))).toBe(403)
    expect(await status(`${roots}/../outside`)).toBe(403)
    expect(await status(join(roots, 'link'))).toBe(403)
    expect(await status(`${roots}-too`)).toBe(403)
    expect(await status('/etc')).toBe(403)
    expect(await status(join(roots, 'not-there'))).toBe(422)
    expect(await status('roots')).toBe(422)
    expect(await status(`${roots}/\0`)).toBe(422)
  })

  test('is refused by its file URL too', async () => {
    const roots = join(bench.folder, 'roots')
    mkdirSync(roots)
    const outside = bench.repository('outside')
    symlinkSync(outside, join(roots, 'link'))
    const own = await bench.mount({ source: bench.indexer, control: true, allowedRoots: [roots] })
    const status = async (url: string) => {
      const one = await send('POST', '/repository', { name: 'x', url }, own.url)
      const repositories = [{ name: 'x', url }]
      const many = await send('POST', '/bulk', { repositories }, own.url)
      return [one.status, many.status]
    }
    expect(await status(pathToFileURL(outside).href)).toEqual([403, 403])
    expect(await status(`FILE://${outside}`)).toEqual([403, 403])
    expect(await status(`file://${roots}/%2e%2e/outside`)).toEqual([403, 403])
    expect(await status(pathToFileURL(join(roots, 'link')).href)).toEqual([403, 403])
    expect(await status(`file://elsewhere${outside}`)).toEqual([422, 422])
    expect(await status(`file://${roots}/%2f`)).toEqual([422, 422])
    expect((await send('GET', '/status', undefined, own.url)).body.total).toBe(0)
  })

  test('is every folder where none is allowed', async () => {
    const own = await bench.mount({ source: bench.indexer, control: true })
    const body = { name: 'x', local_path: bench.repository('shop') }
    expect((await send('POST', '/repository/local', body, own.url)).status).toBe(403)
  })
})

const good = { name: 'x', url: 'https://example.com/x.git' }

test.each([
  [{ ...good, priority: 'whenever' }, 'priority'],
  [{ ...good, branch: '--upload-pack=id' }, 'branch'],
  [{ ...good, branch: 'a b' }, 'branch'],
  [{ ...good, name: '' }, 'name'],
  [{ ...good, name: 'x'.repeat(201) }, 'name'],
  [{ ...good, name: 'a\u0000b' }, 'name'],
  // What no address can hold.
  [{ ...good, name: '.' }, 'name'],
  [{ ...good, name: '..' }, 'name'],
  [{ ...good, name: '\ud800' }, 'name'],
  [{ ...good, url: 'file://%' }, 'url'],
  [{ name: 'x' }, 'url'],
])('a bad request is refused, and which member is wrong is said: %j', async (body, path) => {
  expect(await send('POST', '/repository', body)).toMatchObject({
    status: 422,
    body: { errors: [{ path, message: expect.any(String) }] },
  })
  expect(await send('POST', '/bulk', { repositories: [good, body] })).toMatchObject({
    status: 422,
    body: { errors: [{ path: `repositories.1.${path}`, message: expect.any(String) }] },
  })
})

test('an address of a kind that is not taken is refused, of many the one that it is', async () => {
  const body = { name: 'x', url: 'ext::sh -c id' }
  const refused = { status: 422, body: { code: 'URL_REFUSED' } }
  expect(await send('POST', '/repository', body)).toMatchObject(refused)
  const url = pathToFileURL(bench.repository('shop')).href
  const repositories = [{ name: 'shop', url }, body]
  const answer = await send('POST', '/bulk', { repositories })
  expect(answer).toMatchObject(refused)
  expect(answer.body.errors).toMatchObject([{ path: 'repositories.1' }])
})

test('while another process writes, no run is accepted', async () => {
  const local_path = bench.repository('shop')
  const url = pathToFileURL(local_path).href
  const writer = sqlite({ path: join(bench.folder, 'data', 'cairn.db') })
  try {
    await writer.journal.acquireWriter()
    const locked = { status: 503, body: { code: 'STORE_LOCKED' } }
    const body = { name: 'shop', local_path }
    expect(await send('POST', '/repository/local', body)).toMatchObject(locked)
    expect(await send('POST', '/repository', { name: 'shop', url })).toMatchObject(locked)
    const repositories = ['one', 'two'].map((name) => ({ name, url }))
    expect(await send('POST', '/bulk', { repositories })).toMatchObject(locked)
  } finally {
    await writer.close()
  }
})

test('a removal goes on to its end when whoever asked for it does not wait', async () => {
  release()
  const path = bench.repository('shop')
  await bench.indexer.index({ path, name: 'shop' }).finished
  const socket = connect(mounted.port, '127.0.0.1')
  const target = `${mounted.server.basePath}/repository/shop`
  socket.write(`DELETE ${target} HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n`)
  await once(mounted.httpServer, 'request')
  socket.resetAndDestroy()
  await expect.poll(() => bench.indexer.repositories()).toEqual([])
  expect((await bench.indexer.search('parse a price')).hits).toEqual([])
  await bench.indexer.index({ path, name: 'shop' }).finished
  expect(await bench.indexer.reconcile('shop', { repair: false })).toMatchObject({ ok: true })
})

test('a scope allows its own repositories only, and nothing that concerns all', async () => {
  const own = await bench.mount({
    source: bench.indexer,
    control: true,
    allowedRoots: [bench.folder],
    authorize: () => ({ kind: 'scope', repositories: ['shop'] }),
  })
  const local_path = bench.repository('shop')
  const to = (method: string, path: string, body?: unknown) => send(method, path, body, own.url)
  expect(await to('POST', '/repository/local', { name: 'other', local_path })).toMatchObject({
    status: 403,
  })
  const repositories = [{ name: 'other', url: 'https://example.com/x.git' }]
  expect(await to('POST', '/bulk', { repositories })).toMatchObject({ status: 403 })
  expect(await to('POST', '/update/other')).toMatchObject({ status: 404 })
  expect(await to('DELETE', '/repository/other')).toMatchObject({ status: 404 })
  expect(await to('POST', '/optimize')).toMatchObject({ status: 403 })
  expect(await to('POST', '/cleanup')).toMatchObject({ status: 403 })
  const dryRun = (path: string) =>
    to('POST', '/repository/local?dry_run=true', { name: 'shop', local_path: path })
  expect(await dryRun(local_path)).toMatchObject({ status: 403 })
  release()
  await bench.indexer.index({ path: local_path }).finished
  expect(await dryRun(local_path)).toMatchObject({ status: 200 })
  // What another repository comes from is not to be read by the name of this one.
  const secret = bench.repository('secret')
  expect(await dryRun(secret)).toMatchObject({ status: 403 })
  expect(await to('POST', '/repository/local', { name: 'shop', local_path: secret })).toMatchObject(
    { status: 403 },
  )
  const stolen = [{ name: 'shop', url: 'https://example.com/private.git' }]
  expect(await to('POST', '/bulk', { repositories: stolen })).toMatchObject({ status: 403 })
})

describe('without control', () => {
  test('no route that changes something is there', async () => {
    const own = await bench.mount()
    for (const { method, path, control } of Object.values(routes)) {
      if (!control) continue
      const response = await fetch(own.url + path.replace(/\{\w+\}/, 'x'), { method })
      await response.text()
      expect([path, [404, 405]]).toEqual([path, expect.arrayContaining([response.status])])
    }
  })

  test('a source without control is refused where control is asked for', () => {
    const { watch, ...unwatched } = bench.indexer
    expect(() => createStatusServer({ source: unwatched } as never)).toThrow('source: lacks watch')
    const { pause, ...unpaused } = bench.indexer
    const options = { source: unpaused, control: true } as never
    expect(() => createStatusServer(options)).toThrow('source, with control: lacks pause')
  })
})
