import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createWorkbench, type Mounted, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
let mounted: Mounted
beforeAll(async () => {
  bench = createWorkbench()
  mounted = await bench.mount()
  await bench.task('t1').begin()
})
afterAll(() => bench.close())

/** An answer to a request whose path is sent as it stands. */
async function ask(
  method: string,
  path: string,
  body: string | Buffer | null = null,
  headers: Readonly<Record<string, string>> = {},
): Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      {
        host: '127.0.0.1',
        port: mounted.port,
        method,
        path: mounted.server.basePath + path,
        headers,
      },
      async (response) => {
        let text = ''
        for await (const part of response) text += part
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      },
    )
    request.on('error', reject)
    request.end(body ?? undefined)
  })
}

const json = { 'content-type': 'application/json' }

async function problem(...parameters: Parameters<typeof ask>): Promise<Record<string, unknown>> {
  const { status, headers, text } = await ask(...parameters)
  expect(headers['content-type']).toBe('application/problem+json')
  const body = JSON.parse(text)
  expect(body).toMatchObject({
    type: 'about:blank',
    title: expect.any(String),
    status,
    detail: expect.any(String),
  })
  return body
}

describe('404', () => {
  test.each([
    ['GET', '/nothing'],
    ['GET', '/status/'],
    ['GET', '/status/t1/logs/more'],
    ['GET', '//status'],
    ['GET', '/'],
    ['POST', '/repository'],
  ])('%s %s', async (method, path) => {
    expect(await problem(method, path)).toMatchObject({ status: 404 })
  })

  test('an unknown task and an unknown repository, by their codes', async () => {
    expect(await problem('GET', '/status/nobody')).toMatchObject({ code: 'TASK_NOT_FOUND' })
    expect(await problem('GET', '/status/nobody/logs')).toMatchObject({ code: 'TASK_NOT_FOUND' })
    expect(await problem('GET', '/status/nobody/events')).toMatchObject({ status: 404 })
    expect(await problem('GET', '/repositories/none')).toMatchObject({
      code: 'REPOSITORY_NOT_FOUND',
    })
  })

  test.each([
    '/status/..%2f..%2f..%2fetc%2fpasswd',
    '/status/../../../etc/passwd',
    '/status/%2e%2e/%2e%2e/etc/passwd',
    '/status/t1%00',
    '/status/__proto__',
    '/status/constructor',
    `/status/${'x'.repeat(8_000)}`,
    '/repositories/..%5C..%5Cwindows',
  ])('ids are looked up, never walked: %s', async (path) => {
    expect(await problem('GET', path)).toMatchObject({ status: 404 })
  })
})

test.each([
  '/status/%',
  '/status/%zz',
  '/status/%c3%28',
  '/status/%ff',
  '/status?limit=%',
  '/status?%ff=1',
])('bad percent-encoding is 400: %s', async (path) => {
  expect(await problem('GET', path)).toMatchObject({ status: 400 })
})

test.each([
  ['POST', '/status', 'GET, HEAD, OPTIONS'],
  ['DELETE', '/status/t1', 'GET, HEAD, OPTIONS'],
  ['PROPFIND', '/statistics', 'GET, HEAD, OPTIONS'],
  ['TRACE', '/status', 'GET, HEAD, OPTIONS'],
  ['GET', '/search', 'OPTIONS, POST'],
  ['PUT', '/live-status', 'GET, HEAD, OPTIONS'],
])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
  const { status, headers } = await ask(method, path)
  expect([status, headers.allow]).toEqual([405, allow])
})

test('a WebSocket that is asked for without an upgrade is 426', async () => {
  const { status, headers } = await ask('GET', '/status/t1/stream')
  expect([status, headers.upgrade]).toEqual([426, 'websocket'])
})

describe('an answer of a type that the request does not accept is 406', () => {
  test.each([
    ['/status', 'application/xml', 406],
    ['/status', 'text/html, image/*', 406],
    ['/status', 'application/json;q=0, */*', 406],
    ['/status', 'application/*;q=0.0', 406],
    ['/status/t1/events', 'application/json', 406],
    ['/status', 'application/json', 200],
    ['/status', 'Application/JSON; charset=utf-8', 200],
    ['/status', 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 200],
    ['/status', 'text/html, image/gif, *; q=.2', 200],
    ['/status', 'application/*;q=0.1', 200],
    ['/status', '', 200],
  ])('%s with Accept: %s is %i', async (path, accept, status) => {
    const answer = await ask('GET', path, null, { accept })
    expect(answer.status).toBe(status)
    if (status === 406) expect(answer.headers['content-type']).toBe('application/problem+json')
  })
})

describe('a bad query is 422 and names its member', () => {
  test.each([
    ['/status?limit=0', 'limit'],
    ['/status?limit=abc', 'limit'],
    ['/status?limit=100000', 'limit'],
    ['/status?limit=1e3', 'limit'],
    ['/status?status=sleeping', 'status.0'],
    ['/status?limit=1&limit=2', 'limit'],
    ['/status/t1/logs?level=LOUD', 'level'],
    ['/status/t1/logs?stage=dreaming', 'stage'],
    ['/status/t1/logs?since=yesterday', 'since'],
    ['/status/t1/events?since=-1', 'since'],
    ['/repositories?offset=-1', 'offset'],
  ])('%s', async (path, member) => {
    expect(await problem('GET', path)).toMatchObject({
      status: 422,
      errors: [{ path: member, message: expect.any(String) }],
    })
  })

  test.each(['/status?cursor=nonsense', '/status/t1/logs?cursor=nonsense'])('%s', async (path) => {
    expect(await problem('GET', path)).toMatchObject({ status: 422, code: 'INVALID_OPTIONS' })
  })

  test('and so is an id of an event that is none', async () => {
    const headers = { 'last-event-id': 'x' }
    expect(await problem('GET', '/status/t1/events', null, headers)).toMatchObject({ status: 422 })
  })
})

test('unknown members of a query and a body are let through', async () => {
  expect((await ask('GET', '/status?token=1&__proto__=2&constructor=3')).status).toBe(200)
  const body = '{"query":"x","__proto__":{"limit":1},"constructor":{"prototype":{"a":1}},"new":[1]}'
  expect((await ask('POST', '/search', body, json)).status).toBe(200)
  expect({}).not.toHaveProperty('a')
  expect({}).not.toHaveProperty('limit')
})

describe('a bad body', () => {
  test.each(['', '{', '{"query":}', 'null,', '\u0000', '{"query":"x"'])(
    'that is no JSON is 400: %j',
    async (body) => {
      expect(await problem('POST', '/search', body, json)).toMatchObject({ status: 400 })
    },
  )

  test('that is no UTF-8 is 400', async () => {
    const body = Buffer.from([0x22, 0xff, 0xfe, 0x22])
    expect(await problem('POST', '/search', body, json)).toMatchObject({ status: 400 })
  })

  test.each([
    ['null', ''],
    ['[]', ''],
    ['"x"', ''],
    ['{}', 'query'],
    ['{"query":""}', 'query'],
    ['{"query":" "}', 'query'],
    ['{"query":"x","path":"src/["}', 'path'],
    ['{"query":"x","path":"+(a|b)"}', 'path'],
    ['{"query":5}', 'query'],
    [`{"query":"${'x'.repeat(10_001)}"}`, 'query'],
    ['{"query":"x","limit":0}', 'limit'],
    ['{"query":"x","mode":"psychic"}', 'mode'],
    ['{"query":"x","repository":{"a":1}}', 'repository'],
  ])('that is of another shape is 422 and names the member: %s', async (body, member) => {
    expect(await problem('POST', '/search', body, json)).toMatchObject({
      status: 422,
      errors: [{ path: member }],
    })
  })

  test('that is nested without end is answered', async () => {
    const deep = '['.repeat(400_000) + ']'.repeat(400_000)
    expect(await problem('POST', '/search', deep, json)).toMatchObject({ status: 422 })
    const within = `{"query":"x","extra":${deep}}`
    expect((await ask('POST', '/search', within, json)).status).toBe(200)
  })

  test.each([
    [{}],
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/x-www-form-urlencoded' }],
    [{ 'content-type': 'application/json; charset=utf-16' }],
  ])('of another type is 415: %j', async (headers) => {
    expect(await problem('POST', '/search', '{"query":"x"}', headers)).toMatchObject({
      status: 415,
    })
  })

  test.each(['gzip', 'GZIP', 'identity, br', 'x-unknown'])(
    'of another content coding is 415, and says which there are: %s',
    async (coding) => {
      const headers = { ...json, 'content-encoding': coding }
      const body = gzipSync('{"query":"x"}')
      const { status, headers: answered, text } = await ask('POST', '/search', body, headers)
      expect([status, answered['accept-encoding']]).toEqual([415, 'identity'])
      expect(JSON.parse(text)).toMatchObject({ status: 415 })
      const { openApi } = mounted.server
      expect(openApi()).toMatchObject({
        paths: {
          '/search': { post: { responses: { 415: { headers: { 'Accept-Encoding': {} } } } } },
        },
      })
    },
  )

  test('that names no coding, or none but its own, is taken', async () => {
    for (const coding of ['', 'identity', 'Identity']) {
      const headers = { ...json, 'content-encoding': coding }
      expect((await ask('POST', '/search', '{"query":"x"}', headers)).status).toBe(200)
    }
  })

  test('of a type that is JSON too is taken', async () => {
    const headers = { 'content-type': 'Application/Vnd.api+JSON; Charset="UTF-8"' }
    expect((await ask('POST', '/search', '{"query":"x"}', headers)).status).toBe(200)
  })

  test('over 1 MiB is 413, by its length and by what comes', async () => {
    const huge = `{"query":"x","pad":"${'x'.repeat(1_048_576)}"}`
    expect(await problem('POST', '/search', huge, json)).toMatchObject({ status: 413 })
    const chunked = { ...json, 'transfer-encoding': 'chunked' }
    expect(await problem('POST', '/search', huge, chunked)).toMatchObject({ status: 413 })
  })
})

test('a connection whose body was not read carries no other request', async () => {
  const socket = connect(mounted.port, '127.0.0.1')
  const path = `${mounted.server.basePath}/search`
  const smuggled = `GET ${mounted.server.basePath}/statistics HTTP/1.1\r\nhost: x\r\n\r\n`
  socket.write(
    `POST ${path} HTTP/1.1\r\nhost: x\r\ncontent-type: text/plain\r\ncontent-length: 5000000\r\n\r\n${smuggled}`,
  )
  let text = ''
  for await (const part of socket) text += part
  expect(text.match(/HTTP\/1\.1 /g)).toHaveLength(1)
  expect(text).toMatch(/^HTTP\/1\.1 415 /)
  expect(text.toLowerCase()).toContain('connection: close')
})

test('a client that goes away in the middle of its body is no failure of the server', async () => {
  const failures: object[] = []
  const ignore = (): undefined => undefined
  const logger = { debug: ignore, warn: ignore, error: (details: object) => failures.push(details) }
  const { httpServer, port, server } = await bench.mount({ logger })
  const socket = connect(port, '127.0.0.1')
  const asked = once(httpServer, 'request')
  socket.write(
    `POST ${server.basePath}/search HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 99\r\n\r\n{`,
  )
  const [, response] = await asked
  const gone = once(response, 'close')
  socket.resetAndDestroy()
  await gone
  await new Promise((resolve) => setImmediate(resolve))
  expect(failures).toEqual([])
})

test('an address in the form that proxies are sent is understood', async () => {
  const socket = connect(mounted.port, '127.0.0.1')
  socket.write(`GET ${mounted.url}/statistics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n`)
  let text = ''
  for await (const part of socket) text += part
  expect(text).toMatch(/^HTTP\/1\.1 200 /)
})
