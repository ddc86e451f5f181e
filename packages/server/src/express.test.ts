import { createServer } from 'node:http'
import { gzipSync } from 'node:zlib'
import compression from 'compression'
import express5, { type ErrorRequestHandler, type Express } from 'express'
import express4 from 'express4'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import {
  type Binding,
  bindingContract,
  closeServer,
  listen,
  portOf,
} from './binding-contract.test-support.ts'
import { createStatusServer } from './create-status-server.ts'
import { attachUpgrades, expressHandler } from './express.ts'
import { readEvents } from './read-events.test-support.ts'
import { createWorkbench, type Workbench } from './workbench.test-support.ts'

const onError: ErrorRequestHandler = (error, _request, response, next) => {
  if (response.headersSent) next(error)
  else response.status(error.status ?? 500).send('handled by the host')
}

const versions = { 'express 5': express5, 'express 4': express4 as unknown as typeof express5 }

/** A program of Express. */
const program = (express: typeof express5, compresses: boolean): Binding['start'] =>
  async function start({ server, prefix, parser }) {
    const app = express()
    if (compresses) app.use(compression())
    if (parser === 'before') app.use(express.json())
    if (prefix === '') app.use(expressHandler(server))
    else app.use(prefix, expressHandler(server))
    if (parser === 'after') app.use(express.json())
    app.get('/own', (_request, response) => {
      response.send('own')
    })
    app.get('/broken', () => {
      throw new Error('broken')
    })
    app.post('/echo', (request, response) => {
      response.json(request.body)
    })
    app.use(onError)
    const httpServer = createServer(app)
    attachUpgrades(httpServer, server)
    return listen(httpServer)
  }

for (const [name, express] of Object.entries(versions)) {
  bindingContract({
    name,
    parsers: ['nowhere', 'before', 'after'],
    start: program(express, false),
  })
  bindingContract({
    name: `${name} with compression`,
    parsers: ['nowhere'],
    start: program(express, true),
  })
}

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

const search = (port: number, path = '/api/v1/index/search') =>
  fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"x"}',
  })

test('bodies that the host has read as text or as bytes are understood', async () => {
  const server = createStatusServer({ source: bench.indexer })
  for (const parser of [express5.text({ type: '*/*' }), express5.raw({ type: '*/*' })]) {
    const { httpServer } = await listen(
      createServer(express5().use(parser).use(expressHandler(server))),
    )
    expect((await search(portOf(httpServer))).status).toBe(200)
    await closeServer(httpServer)
  }
})

describe.each(Object.entries(versions))('%s', (_name, express) => {
  test('a body that the host has parsed is used as the host has made it', async () => {
    const server = createStatusServer({ source: bench.indexer })
    const withoutMode = express.json({ reviver: (key, value) => (key === 'mode' ? null : value) })
    const statusOf = async (app: Express) => {
      const { httpServer } = await listen(createServer(app))
      const response = await fetch(`http://127.0.0.1:${portOf(httpServer)}/api/v1/index/search`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
        body: gzipSync('{"query":"x","mode":"psychic"}'),
      })
      await closeServer(httpServer)
      return response.status
    }
    expect(await statusOf(express().use(withoutMode, expressHandler(server)))).toBe(200)
    expect(await statusOf(express().use(expressHandler(server), withoutMode))).toBe(415)
  })

  test('what compresses answers does so, and holds no event back', async () => {
    const server = createStatusServer({ source: bench.indexer })
    const task = bench.task('running')
    await task.begin()
    await task.warn('x'.repeat(5_000))
    const { httpServer } = await listen(
      createServer(express().use(compression(), expressHandler(server))),
    )
    const url = `http://127.0.0.1:${portOf(httpServer)}/api/v1/index/status/running`
    const status = await fetch(url)
    expect(status.headers.get('content-encoding')).toMatch(/^(?:gzip|br)$/)
    expect(await status.json()).toMatchObject({ warnings_count: 1 })
    const events = await readEvents(`${url}/events`)
    await events.until(({ data }) => data.type === 'initial_status')
    await task.stage('parsing')
    await events.until(({ data }) => data.type === 'status_update')
    await task.complete()
    await events.ended
    await closeServer(httpServer)
  })
})

test('a body that the host has read and not kept is an error of the host, and does not hang', async () => {
  const errors: object[] = []
  const ignore = (): undefined => undefined
  const logger = { debug: ignore, warn: ignore, error: (details: object) => errors.push(details) }
  const server = createStatusServer({ source: bench.indexer, logger })
  const app = express5()
  app.use((request, _response, next) => {
    request.on('end', () => next()).resume()
  })
  const { httpServer } = await listen(createServer(app.use(expressHandler(server))))
  expect((await search(portOf(httpServer))).status).toBe(500)
  expect(errors).toMatchObject([{ err: { message: expect.stringContaining('read the body') } }])
  await closeServer(httpServer)
})

test('a mount where the base path cannot be is told to the host', async () => {
  const server = createStatusServer({ source: bench.indexer })
  const app = express5().use('/admin', expressHandler(server)).use(onErrorMessage)
  const { httpServer } = await listen(createServer(app))
  const response = await search(portOf(httpServer), '/admin/api/v1/index/search')
  expect([response.status, await response.text()]).toEqual([
    500,
    'TypeError: The status server is mounted at /admin: the basePath /api/v1/index of the status server is to begin with it.',
  ])
  await closeServer(httpServer)
})

const onErrorMessage: ErrorRequestHandler = (error, _request, response, _next) => {
  response.status(500).send(String(error))
}
