import { once } from 'node:events'
import { createServer, get, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect as connectHttp2, createServer as createHttp2Server } from 'node:http2'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type WebSocket, WebSocketServer } from 'ws'
import { createStatusServer } from './create-status-server.ts'
import { attachUpgrades, nodeHandler } from './node.ts'
import type { SocketLike } from './options.ts'
import { readJson } from './read-json.test-support.ts'
import { readSocket } from './read-socket.test-support.ts'
import { createWorkbench, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
beforeEach(async () => {
  bench = createWorkbench()
  const task = bench.task('t1')
  await task.begin()
  await task.complete()
})
afterEach(() => bench.close())

test('answers over HTTP/2, events too', async () => {
  const server = createStatusServer({ source: bench.indexer })
  const http2Server = createHttp2Server(nodeHandler(server))
  await once(http2Server.listen(0, '127.0.0.1'), 'listening')
  const client = connectHttp2(`http://127.0.0.1:${(http2Server.address() as AddressInfo).port}`)
  const read = async (path: string): Promise<string> => {
    const stream = client.request({ ':path': server.basePath + path })
    stream.setEncoding('utf8')
    let text = ''
    for await (const part of stream) text += part
    return text
  }
  expect(JSON.parse(await read('/status/t1'))).toMatchObject({ status: 'completed' })
  expect(await read('/status/t1/events')).toMatch(/^id: 3\ndata: \{"type":"initial_status"/)
  expect(JSON.parse(await read('/nothing'))).toMatchObject({ status: 404 })
  client.close()
  await server.close()
  http2Server.close()
})

test('leaves what is not below the base path to the host', async () => {
  const server = createStatusServer({ source: bench.indexer, basePath: '/tools/index/' })
  const handle = nodeHandler(server)
  const httpServer = createServer((request, response) => {
    handle(request, response, () => response.end(`host: ${request.url}`))
  })
  await once(httpServer.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}`
  expect(await readJson(`${url}/tools/index/status`)).toMatchObject({ total: 1 })
  for (const path of ['/', '/tools/index', '/tools/indexes/status', '/status', '/other?x=1']) {
    expect(await (await fetch(url + path)).text()).toBe(`host: ${path}`)
  }
  httpServer.close()
})

test('takes a body that the host has parsed already', async () => {
  const server = createStatusServer({ source: bench.indexer })
  const handle = nodeHandler(server)
  const httpServer = createServer(async (request, response) => {
    let text = ''
    for await (const part of request) text += part
    handle(Object.assign(request, { body: JSON.parse(text) as unknown }), response)
  })
  await once(httpServer.listen(0, '127.0.0.1'), 'listening')
  const url = `http://127.0.0.1:${(httpServer.address() as AddressInfo).port}${server.basePath}`
  const answer = await readJson(`${url}/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"x"}',
  })
  expect(answer).toMatchObject({ hits: [] })
  httpServer.close()
})

describe('upgrades beside a WebSocket server of the host', () => {
  test.each([
    ['of every path, mounted first', {}, true],
    ['of every path, mounted after', {}, false],
    ['of its own path, mounted first', { path: '/host' }, true],
    ['of its own path, mounted after', { path: '/host' }, false],
  ])('%s', async (_what, options, isFirst) => {
    const server = createStatusServer({ source: bench.indexer })
    const httpServer = createServer(nodeHandler(server))
    const mountHost = () => {
      const host = new WebSocketServer({ server: httpServer, ...options })
      host.on('connection', (socket) => socket.send('{"type":"host"}'))
    }
    if (isFirst) mountHost()
    const detach = attachUpgrades(httpServer, server)
    if (!isFirst) mountHost()
    await once(httpServer.listen(0, '127.0.0.1'), 'listening')
    const url = `ws://127.0.0.1:${(httpServer.address() as AddressInfo).port}`
    const own = await readSocket(`${url}${server.basePath}/status/t1/stream`)
    expect(await own.closed).toMatchObject({ code: 1000 })
    expect(own.messages).toMatchObject([{ type: 'initial_status' }])
    const hosts = await readSocket(`${url}/host`)
    await hosts.until(({ type }) => type === 'host')
    hosts.socket.terminate()
    detach()
    httpServer.closeAllConnections()
    httpServer.close()
    await server.close()
  })
})

test('an upgrade that is nobody’s is answered as if there was none', async () => {
  const { port } = await bench.mount()
  const request = get({
    host: '127.0.0.1',
    port,
    path: '/elsewhere',
    headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c' },
  })
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  expect(response.statusCode).toBe(404)
})

describe('a request that would rather have another protocol', () => {
  const upgrade = {
    connection: 'Upgrade, HTTP2-Settings',
    upgrade: 'h2c',
    'http2-settings': 'AAMAAABk',
  }

  async function ask(
    port: number,
    method: string,
    path: string,
    body?: string,
  ): Promise<[status: number | undefined, body: string]> {
    const sent = httpRequest({ host: '127.0.0.1', port, method, path, headers: upgrade })
    sent.end(body)
    const [response] = (await once(sent, 'response')) as [IncomingMessage]
    return [response.statusCode, await text(response)]
  }

  test('reaches the host’s own routes with its body, and the status server’s', async () => {
    const server = createStatusServer({ source: bench.indexer })
    const handle = nodeHandler(server)
    const httpServer = createServer((request, response) => {
      handle(request, response, async () => {
        const { method, url, headers } = request
        response.end(`${method} ${url} ${headers.connection} ${await text(request)}`)
      })
    })
    const detach = attachUpgrades(httpServer, server)
    httpServer.listen(0, '127.0.0.1')
    await once(httpServer, 'listening')
    const { port } = httpServer.address() as AddressInfo
    const long = 'x'.repeat(200_000)
    expect(await ask(port, 'POST', '/orders', 'two bottles')).toEqual([
      200,
      'POST /orders undefined two bottles',
    ])
    expect(await ask(port, 'POST', '/orders', long)).toEqual([
      200,
      `POST /orders undefined ${long}`,
    ])
    const [status, body] = await ask(port, 'GET', `${server.basePath}/repositories`)
    expect([status, JSON.parse(body)]).toEqual([
      200,
      expect.objectContaining({ total_repositories: 0 }),
    ])
    detach()
    httpServer.closeAllConnections()
    httpServer.close()
    await server.close()
  })
})

describe('connect', () => {
  test('serves a socket that the host has opened itself', async () => {
    const server = createStatusServer({
      source: bench.indexer,
      authorize: ({ headers }) =>
        headers.has('x-pass') ? { kind: 'allow' } : { kind: 'deny', status: 401 },
    })
    const host = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    host.on('connection', (socket: WebSocket, request) => {
      const url = `http://${request.headers.host}${request.url}`
      const headers = new Headers(request.headers['x-pass'] ? { 'x-pass': 'yes' } : {})
      void server.connect(socket as SocketLike, { request: { method: 'GET', url, headers } })
    })
    await once(host, 'listening')
    const url = `ws://127.0.0.1:${(host.address() as AddressInfo).port}${server.basePath}`
    const headers = { 'x-pass': 'yes' }
    const socket = await readSocket(`${url}/status/t1/stream`, { headers })
    expect(await socket.closed).toMatchObject({ code: 1000 })
    expect(socket.messages).toMatchObject([{ type: 'initial_status', task_id: 't1' }])
    const live = await readSocket(`${url}/live-status`, { headers })
    live.send({ type: 'ping' })
    await live.until(({ type }) => type === 'pong')
    live.send('x'.repeat(5_000))
    expect(await live.closed).toMatchObject({ code: 1009 })
    const denied = await readSocket(`${url}/live-status`)
    expect(await denied.closed).toMatchObject({ code: 4401 })
    await server.close()
    host.close()
  })

  test.each(['/status/t1/stream', '/live-status', '/nothing'])(
    'takes a socket that throws for closed: %s',
    async (path) => {
      const limits = { maxConnections: 1 }
      const server = createStatusServer({ source: bench.indexer, limits })
      const fail = (): never => {
        throw new Error('The socket is gone.')
      }
      const gone: SocketLike = { send: fail, close: fail, addEventListener: () => undefined }
      const url = `http://127.0.0.1${server.basePath}`
      const head = { method: 'GET', url: url + path, headers: new Headers() }
      await server.connect(gone, { request: head })
      // Its place is another's again.
      const events = () => server.fetch(new Request(`${url}/status/t1/events`))
      await expect.poll(async () => (await events()).status).toBe(200)
      await server.close()
    },
  )
})

test('a body that was read before it came to fetch is an error of the host', async () => {
  const errors: object[] = []
  const ignore = (): undefined => undefined
  const logger = { debug: ignore, warn: ignore, error: (details: object) => errors.push(details) }
  const server = createStatusServer({ source: bench.indexer, logger })
  const request = new Request(`http://127.0.0.1${server.basePath}/search`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"x"}',
  })
  await request.text()
  expect((await server.fetch(request)).status).toBe(500)
  expect(errors).toMatchObject([{ err: { message: expect.stringContaining('read the body') } }])
})
