import type { IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { Authorization, Authorize, RequestContext, RequestHead } from './options.ts'
import { readEvents } from './read-events.test-support.ts'
import { readJson } from './read-json.test-support.ts'
import { readSocket } from './read-socket.test-support.ts'
import { createWorkbench, type Mounted, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
let shopTask: string
let secretTask: string
const mountedServers: Mounted[] = []
beforeAll(async () => {
  bench = createWorkbench()
  const runs = ['shop', 'secret'].map((name) =>
    bench.indexer.index({ path: bench.repository(name), name }),
  )
  for (const { finished } of runs) await finished
  shopTask = runs[0]?.taskId ?? ''
  secretTask = runs[1]?.taskId ?? ''
})
afterEach(async () => {
  for (const { server } of mountedServers.splice(0)) await server.close()
})
afterAll(() => bench.close())

async function mount(
  authorize: Authorize,
  options: Omit<Parameters<Workbench['mount']>[0] & object, 'source'> = {},
): Promise<Mounted> {
  const mounted = await bench.mount({ ...options, authorize })
  mountedServers.push(mounted)
  return mounted
}

const everyRoute = (taskId: string): [string, string][] => [
  ['GET', '/status'],
  ['GET', `/status/${taskId}`],
  ['GET', `/status/${taskId}/logs`],
  ['GET', `/status/${taskId}/events`],
  ['GET', `/status/${taskId}/stream`],
  ['GET', '/live-status'],
  ['GET', '/metrics/stages'],
  ['GET', '/metrics/embedding'],
  ['GET', '/repositories'],
  ['GET', '/repositories/shop'],
  ['GET', '/statistics'],
  ['POST', '/search'],
  ['POST', '/filter'],
  ['GET', '/openapi.json'],
]

describe('a request that is denied', () => {
  test.each([401, 403] as const)(
    'gets nothing but %i, on every route and stream',
    async (status) => {
      const { url, socketUrl, server } = await mount(() => ({ kind: 'deny', status }))
      expect(everyRoute('x')).toHaveLength(server.routes.length)
      for (const [method, path] of everyRoute(shopTask)) {
        const response = await fetch(url + path, { method })
        expect([path, response.status]).toEqual([path, status])
        expect(response.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer' : null)
        expect(await response.json()).toMatchObject({ status })
      }
      for (const path of [`/status/${shopTask}/stream`, '/live-status']) {
        await expect(readSocket(socketUrl + path)).rejects.toThrow(String(status))
      }
    },
  )

  test('learns nothing of which routes there are, by REST or by a socket', async () => {
    const { url, socketUrl } = await mount(() => ({ kind: 'deny', status: 401 }))
    const asked = [
      ['GET', '/status'],
      ['GET', '/nothing/here'],
      ['GET', '/status/%zz'],
      ['DELETE', '/status'],
      ['PROPFIND', '/live-status'],
      ['POST', '/repository'],
      ['OPTIONS', '/status'],
      ['OPTIONS', '/nothing/here'],
    ] as const
    for (const [method, path] of asked) {
      const response = await fetch(url + path, { method })
      expect([method, path, response.status]).toEqual([method, path, 401])
      expect(response.headers.get('allow')).toBeNull()
    }
    for (const path of ['/live-status', '/nothing', '/status', '/status/%zz/stream']) {
      await expect(readSocket(socketUrl + path)).rejects.toThrow('401')
    }
  })

  test('is told what the host says', async () => {
    const { url } = await mount(() => ({
      kind: 'deny',
      status: 401,
      detail: 'The token is too old.',
      challenge: 'Bearer error="invalid_token"',
    }))
    const response = await fetch(`${url}/status`)
    expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    expect(await response.json()).toMatchObject({ detail: 'The token is too old.' })
  })
})

test('authorize sees the whole request, its peer and the host’s own object', async () => {
  const seen: [RequestHead, RequestContext][] = []
  const { url, socketUrl } = await mount((request, context) => {
    seen.push([request, context])
    return { kind: 'allow' }
  })
  await fetch(`${url}/status?token=1`, { headers: { authorization: 'Bearer x' } })
  const socket = await readSocket(`${socketUrl}/live-status?token=2`, {
    headers: { authorization: 'Bearer y' },
  })
  socket.socket.close()
  expect(
    seen.map(([{ method, url: address, headers }, { remoteAddress, hostRequest }]) => [
      method,
      address,
      headers.get('authorization'),
      remoteAddress,
      (hostRequest as IncomingMessage).url === new URL(address).pathname + new URL(address).search,
    ]),
  ).toEqual([
    ['GET', `${url}/status?token=1`, 'Bearer x', '127.0.0.1', true],
    ['GET', `${url}/live-status?token=2`, 'Bearer y', '127.0.0.1', true],
  ])
})

describe('the path that authorize sees', () => {
  const ownPathOnly: Authorize = ({ url }) =>
    new URL(url).pathname.startsWith('/api/v1/index/')
      ? { kind: 'deny', status: 401 }
      : { kind: 'allow' }
  const ask = async (target: string, host: string, more = ''): Promise<string> => {
    const { port } = await mount(ownPathOnly)
    const socket = connect(port, '127.0.0.1')
    socket.write(`GET ${target} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n${more}\r\n`)
    let text = ''
    for await (const part of socket) text += part
    return text.slice('HTTP/1.1 '.length, 'HTTP/1.1 '.length + 3)
  }
  const path = '/api/v1/index/status'
  const upgrade = 'Connection: upgrade\r\nUpgrade: websocket\r\n'

  test.each(['x/y?', 'x\\y', 'x#', 'x?', 'me@x', 'x y', '[', 'x:99999', ''])(
    'is not that of a Host header: %j',
    async (host) => {
      expect(await ask(path, host)).toBe('400')
      expect(await ask('/api/v1/index/live-status', host, upgrade)).toBe('400')
    },
  )

  test.each(['http://x', 'http://me@x', 'http://', 'https://y:1'])(
    'is the one that is answered, whatever address is before it: %s',
    async (address) => {
      expect(await ask(address + path, 'x')).toBe('401')
    },
  )

  test.each(['x', 'x:80', '[::1]:3000', 'a.b-c_d', '127.0.0.1'])(
    'comes after any host: %s',
    async (host) => {
      expect(await ask(path, host)).toBe('401')
    },
  )
})

test.each([
  ['throws', () => Promise.reject(new Error('/etc/secret is unreadable'))],
  ['never answers', () => new Promise<Authorization>(() => undefined)],
  ['says no by a shape that it made up', () => JSON.parse('false') as Authorization],
  ['says it of a kind that is none', () => JSON.parse('{"kind":"denied"}') as Authorization],
  [
    'gives a time that is no Date',
    () => JSON.parse('{"kind":"allow","expiresAt":"2030-01-01T00:00:00Z"}') as Authorization,
  ],
  ['gives a time that never comes', () => ({ kind: 'allow', expiresAt: new Date(Number.NaN) })],
] satisfies [string, Authorize][])(
  'where authorize %s, nobody is let in',
  async (_what, authorize) => {
    const { url, socketUrl } = await mount(authorize, { limits: { authorizeTimeoutMs: 50 } })
    const response = await fetch(`${url}/status`)
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '5'])
    expect(await response.text()).not.toContain('secret')
    await expect(readSocket(`${socketUrl}/live-status`)).rejects.toThrow('503')
  },
)

describe('a scope', () => {
  const onlyShop: Authorize = () => ({ kind: 'scope', repositories: ['shop'] })
  const post = (url: string, body: unknown) =>
    readJson(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })

  test('narrows lists, sums and search to its repositories', async () => {
    const { url } = await mount(onlyShop)
    expect(await readJson(`${url}/status`)).toMatchObject({
      total: 1,
      tasks: [{ task_id: shopTask }],
      recent: [{ task_id: shopTask }],
      summary: { by_status: { completed: 1 }, processed_files: 3 },
    })
    expect(await readJson(`${url}/status?repository=secret`)).toMatchObject({
      total: 0,
      recent: [],
      summary: { by_status: {} },
    })
    expect(await readJson(`${url}/statistics`)).toMatchObject({ tracked_tasks: 1 })
    expect(await readJson(`${url}/metrics/stages`)).toMatchObject({
      stage_metrics: { storing: { total_executions: 1 } },
    })
    expect(await readJson(`${url}/metrics/embedding`)).toMatchObject({
      embedding_metrics: { repositories_with_embeddings: 1 },
    })
    expect(await readJson(`${url}/repositories`)).toMatchObject({ total_repositories: 1 })
    expect(await post(`${url}/filter`, {})).toMatchObject({ repositories: [{ name: 'shop' }] })
    for (const repository of [undefined, ['shop', 'secret']]) {
      const { hits, freshness } = await post(`${url}/search`, { query: 'price', repository })
      const names = [
        ...(hits as { repository: string }[]),
        ...(freshness as { repository: string }[]),
      ]
      expect(new Set(names.map((each) => each.repository))).toEqual(new Set(['shop']))
    }
    expect(await post(`${url}/search`, { query: 'price', repository: 'secret' })).toEqual({
      hits: [],
      freshness: [],
    })
  })

  test('makes a task and a repository outside of it unknown', async () => {
    const { url, socketUrl } = await mount(onlyShop)
    const nobody = await fetch(`${url}/status/nobody`)
    const unknown = await nobody.text()
    for (const path of ['', '/logs', '/events']) {
      const response = await fetch(`${url}/status/${secretTask}${path}`)
      expect([response.status, await response.text()]).toEqual([404, unknown])
    }
    const none = await (await fetch(`${url}/repositories/none`)).text()
    expect(await (await fetch(`${url}/repositories/secret`)).text()).toBe(none)
    const socket = await readSocket(`${socketUrl}/status/${secretTask}/stream`)
    expect(await socket.closed).toMatchObject({ code: 4404 })
    expect(socket.messages).toEqual([{ type: 'error', message: `Task ${secretTask} not found` }])
  })

  test('narrows what a socket of many tasks is told', async () => {
    const { socketUrl } = await mount(onlyShop)
    const socket = await readSocket(`${socketUrl}/live-status`)
    socket.send({ type: 'subscribe_task', task_id: secretTask })
    await socket.until(({ type }) => type === 'task_not_found')
    socket.send({ type: 'subscribe_all' })
    socket.send({ type: 'subscribe_task', task_id: shopTask })
    await socket.until(({ type }) => type === 'task_status')
    const hidden = bench.task('hidden', 'secret')
    const shown = bench.task('shown', 'shop')
    await hidden.begin()
    await shown.begin()
    await socket.until(({ task_id }) => task_id === 'shown')
    await hidden.complete()
    await shown.complete()
    await socket.until(({ data }) => data?.task_id === 'shown' && data.status === 'completed')
    expect(socket.messages.some(({ task_id }) => task_id === 'hidden')).toBe(false)
    socket.socket.close()
  })

  test('of no repository shows nothing', async () => {
    const { url } = await mount(() => ({ kind: 'scope', repositories: [] }))
    expect(await readJson(`${url}/status`)).toMatchObject({ total: 0, tasks: [], recent: [] })
    expect(await readJson(`${url}/statistics`)).toMatchObject({ tracked_tasks: 0 })
    expect(await readJson(`${url}/repositories`)).toMatchObject({ total_repositories: 0 })
  })
})

test('streams end when the authorization does', async () => {
  const task = bench.task('long')
  await task.begin()
  const { url, socketUrl } = await mount(
    () => ({ kind: 'allow', expiresAt: new Date(Date.now() + 200) }),
    { limits: { heartbeatMs: 100 } },
  )
  const [socket, live, stream] = await Promise.all([
    readSocket(`${socketUrl}/status/long/stream`),
    readSocket(`${socketUrl}/live-status`),
    readEvents(`${url}/status/long/events`),
  ])
  for (const each of [socket, live]) {
    expect(await each.closed).toMatchObject({ code: 4401 })
    expect(each.messages.at(-1)).toEqual({
      type: 'error',
      message: 'The authorization has expired.',
    })
  }
  await stream.ended
  expect(stream.events.at(-1)?.data.type).toBe('error')
  await task.complete()
})

describe('pages of other origins', () => {
  const sockets = async (
    options: object,
    origin: string,
    headers: object = {},
  ): Promise<number> => {
    const mounted = await bench.mount(options)
    mountedServers.push(mounted)
    try {
      const socket = await readSocket(`${mounted.socketUrl}/live-status`, {
        headers: { ...headers, origin: origin.replace('PORT', String(mounted.port)) },
      })
      socket.socket.close()
      return 101
    } catch (error) {
      return Number(/\d{3}/.exec(String(error))?.[0])
    }
  }

  test.each([
    ['http://127.0.0.1:PORT', 101],
    ['https://127.0.0.1:PORT', 101],
    ['http://127.0.0.1:1', 403],
    ['http://evil.example', 403],
    ['http://127.0.0.1:PORT.evil.example', 403],
    ['null', 403],
    ['', 403],
  ])('open no socket: %s is %i', async (origin, status) => {
    expect(await sockets({}, origin)).toBe(status)
  })

  test('open none by the header of the protocol’s version 8 either', async () => {
    const headers = { 'sec-websocket-version': '8', 'sec-websocket-origin': 'http://evil.example' }
    const mounted = await mount(() => ({ kind: 'allow' }))
    await expect(readSocket(`${mounted.socketUrl}/live-status`, { headers })).rejects.toThrow('403')
  })

  test('are let in where the host lists them', async () => {
    const origins = ['https://app.example.com']
    expect(await sockets({ origins }, 'https://app.example.com')).toBe(101)
    expect(await sockets({ origins }, 'http://app.example.com')).toBe(403)
    expect(await sockets({ origins: ['*'] }, 'http://evil.example')).toBe(101)
  })

  test('are measured by the public address where there is one', async () => {
    const publicUrl = 'https://example.com/tools/index'
    const headers = { host: 'evil.example' }
    expect(await sockets({ publicUrl }, 'https://example.com')).toBe(101)
    expect(await sockets({ publicUrl }, 'http://evil.example', headers)).toBe(403)
  })

  test('send no commands, and read nothing without CORS', async () => {
    const { url } = await mount(() => ({ kind: 'allow' }))
    const headers = { 'content-type': 'application/json', origin: 'http://evil.example' }
    const response = await fetch(`${url}/search`, {
      method: 'POST',
      headers,
      body: '{"query":"x"}',
    })
    expect(response.status).toBe(403)
    const read = await fetch(`${url}/status`, { headers: { origin: 'http://evil.example' } })
    expect(read.headers.get('access-control-allow-origin')).toBeNull()
    const preflight = await fetch(`${url}/search`, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'POST' },
    })
    expect(preflight.headers.get('access-control-allow-origin')).toBeNull()
  })

  test('read what the host lets them, with CORS', async () => {
    const origin = 'https://app.example.com'
    const { url } = await mount(() => ({ kind: 'allow' }), {
      origins: [origin],
      cors: { credentials: true, allowedHeaders: ['X-Team'] },
    })
    const preflight = await fetch(`${url}/search`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    })
    expect(Object.fromEntries(preflight.headers)).toMatchObject({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'DELETE, GET, HEAD, POST',
      'access-control-allow-headers': 'Content-Type, Authorization, Last-Event-ID, X-Team',
      vary: 'Origin',
    })
    for (const path of ['/status', '/status/nobody', `/status/${shopTask}/events`]) {
      const response = await fetch(url + path, { headers: { origin } })
      await response.text()
      expect(response.headers.get('access-control-allow-origin')).toBe(origin)
    }
    const other = await fetch(`${url}/status`, { headers: { origin: 'http://evil.example' } })
    expect(other.headers.get('access-control-allow-origin')).toBeNull()
    expect(other.headers.get('vary')).toBe('Origin')
  })

  test('get the same answer to a preflight for every path, though nobody may do anything', async () => {
    const origin = 'https://app.example.com'
    const { url } = await mount(() => ({ kind: 'deny', status: 401 }), {
      origins: [origin],
      cors: true,
    })
    const answers = await Promise.all(
      ['/status', '/search', '/repository/shop', '/nothing', '/status/%zz'].map(async (path) => {
        const response = await fetch(url + path, {
          method: 'OPTIONS',
          headers: { origin, 'access-control-request-method': 'GET' },
        })
        const { date: _date, ...headers } = Object.fromEntries(response.headers)
        return [response.status, headers]
      }),
    )
    expect(answers[0]).toMatchObject([204, { 'access-control-allow-origin': origin }])
    for (const answer of answers) expect(answer).toEqual(answers[0])
  })
})
