/** What every binding holds, in a program of its framework that has routes, errors and sockets of its own. */
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Http2SecureServer } from 'node:http2'
import type { AddressInfo, Server as NetServer } from 'node:net'
import { decode, type Problem, problemSchema } from '@cairn/protocol'
import { statusServerConformance } from '@cairn/testkit'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { createStatusServer } from './create-status-server.ts'
import type { StatusServer, StatusServerOptions } from './options.ts'
import { readSocket } from './read-socket.test-support.ts'
import { type StrippingProxy, startStrippingProxy } from './stripping-proxy.test-support.ts'
import { createWorkbench, type Workbench } from './workbench.test-support.ts'

/** As long as a machine may take that does other things too. */
const patience = { timeout: 60_000, interval: 20 }

/** How a host is to be made. */
export interface HostOptions {
  readonly server: StatusServer
  /** Where the binding is mounted, in the way of its framework. */
  readonly prefix: string
  readonly parser: Parser
}

/** Where a body parser of the framework is mounted: before the binding, after it, or nowhere. */
export type Parser = 'before' | 'after' | 'nowhere'

/** A program that listens on a port of the loopback interface. */
export interface Host {
  readonly httpServer: Server | Http2SecureServer
  close(): Promise<void>
}

/**
 * A framework. Its program answers `GET /own` with `own`, throws on `GET /broken` what its own error
 * handler answers 500 with `handled by the host`, and sends back the JSON of `POST /echo` where it parses.
 */
export interface Binding {
  readonly name: string
  /** Programs to be held, each with its parser. @default ['nowhere', 'before'] */
  readonly parsers?: readonly Parser[]
  /** @default true */
  readonly hasSockets?: boolean
  /** Whether requests of every method reach it. @default true */
  readonly hasAllMethods?: boolean
  /** @default 'http' */
  readonly scheme?: 'http' | 'https'
  start(options: HostOptions): Promise<Host>
}

interface Mount {
  readonly name: string
  readonly prefix: string
  readonly basePath: string
  /** What the proxy in front takes off. */
  readonly outer: string | null
}

const mounts: readonly Mount[] = [
  { name: 'at the root', prefix: '', basePath: '/api/v1/index', outer: null },
  { name: 'under a prefix', prefix: '/tools', basePath: '/tools/index', outer: null },
  { name: 'behind a proxy', prefix: '', basePath: '/api/v1/index', outer: '/outer' },
]

/** Listens on a free port of the loopback interface. */
export async function listen(httpServer: Server): Promise<Host & { readonly httpServer: Server }> {
  httpServer.listen(0, '127.0.0.1')
  await once(httpServer, 'listening')
  return { httpServer, close: () => closeServer(httpServer) }
}

/** Closes a server with the connections that clients keep. */
export function closeServer(httpServer: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    httpServer.close(() => resolve())
  })
  httpServer.closeAllConnections()
  return closed
}

/** The port that a server listens on. */
export function portOf(httpServer: NetServer): number {
  return (httpServer.address() as AddressInfo).port
}

async function readProblem(response: Response): Promise<Problem> {
  return decode(problemSchema, await response.json())
}

async function expectProblem(response: Response, status: number): Promise<void> {
  expect(response.headers.get('content-type')).toBe('application/problem+json')
  expect([response.status, (await readProblem(response)).status]).toEqual([status, status])
}

/** Registers the tests of a binding. */
export function bindingContract(binding: Binding): void {
  const { scheme = 'http' } = binding
  describe(binding.name, () => {
    let bench: Workbench
    let taskId: string
    beforeAll(async () => {
      bench = createWorkbench()
      const run = bench.indexer.index({ path: bench.repository('shop'), name: 'shop' })
      await run.finished
      taskId = run.taskId
    })
    afterAll(() => bench.close())

    const start = async (
      mount: Mount,
      parser: Parser,
      options: Partial<StatusServerOptions> = {},
    ) => {
      const proxy: StrippingProxy | null =
        mount.outer === null ? null : await startStrippingProxy(mount.outer, scheme)
      const publicUrl = `http://127.0.0.1:${proxy?.port}${mount.outer}${mount.basePath}`
      const server = createStatusServer({
        source: bench.indexer,
        control: true,
        allowedRoots: [bench.folder],
        basePath: mount.basePath,
        ...(proxy ? { publicUrl } : {}),
        ...options,
      } as StatusServerOptions)
      const host = await binding.start({ server, prefix: mount.prefix, parser })
      const port = portOf(host.httpServer)
      if (proxy) proxy.target = port
      const root = `${scheme}://127.0.0.1:${port}`
      return {
        root,
        url: proxy ? publicUrl : root + mount.basePath,
        host,
        async close() {
          await server.close()
          await proxy?.close()
          await host.close()
        },
      }
    }

    for (const mount of mounts) {
      for (const parser of binding.parsers ?? ['nowhere', 'before']) {
        describe(`${mount.name}, a body parser ${parser}`, () => {
          let started: Awaited<ReturnType<typeof start>>
          beforeAll(async () => {
            started = await start(mount, parser)
          })
          afterAll(() => started.close())

          statusServerConformance({
            name: 'conformance',
            create: async () => ({
              url: started.url,
              taskId,
              hasSockets: binding.hasSockets ?? true,
              repository: bench.folder.concat('/shop'),
              dispose: async () => undefined,
            }),
          })

          test('requests outside the base path are the host’s', async () => {
            const { root } = started
            const own = await fetch(`${root}/own`)
            expect([own.status, await own.text()]).toEqual([200, 'own'])
            for (const path of ['/nowhere', `${mount.basePath}es/status`, mount.basePath]) {
              const missing = await fetch(root + path)
              expect([path, missing.status]).toEqual([path, 404])
              expect(missing.headers.get('content-type')).not.toBe('application/problem+json')
            }
          })

          test('what a router may not know what to do with is answered as everywhere', async () => {
            const ask = async (method: string, path: string) => {
              const response = await fetch(started.url + path, { method })
              expect(response.headers.get('content-type')).toBe('application/problem+json')
              const { status, detail } = await readProblem(response)
              expect(response.status).toBe(status)
              return { status, detail, allow: response.headers.get('allow') }
            }
            const badEncoding = {
              status: 400,
              detail: 'The path is not encoded as UTF-8 in percent signs.',
              allow: null,
            }
            for (const path of ['/status/%zz', '/status/%', '/status/%ff/logs', '/status/%c3%28']) {
              expect(await ask('GET', path)).toEqual(badEncoding)
            }
            expect(await ask('GET', '/status?limit=%zz')).toMatchObject({ status: 400 })
            expect(await ask('GET', `/status/${'x'.repeat(4_000)}`)).toMatchObject({ status: 404 })
            if (binding.hasAllMethods === false) return
            expect(await ask('POST', '/status/%zz/cancel')).toEqual(badEncoding)
            for (const type of ['garbage', ';', 'application/', '/json', 'a/b']) {
              const init = { method: 'POST', headers: { 'content-type': type }, body: '{}' }
              await expectProblem(await fetch(`${started.url}/search`, init), 415)
              await expectProblem(await fetch(`${started.url}/status`, init), 405)
            }
            for (const method of ['PROPFIND', 'MKCOL', 'SEARCH', 'PUT']) {
              expect(await ask(method, '/status')).toEqual({
                status: 405,
                detail: 'This path answers to GET, HEAD, OPTIONS.',
                allow: 'GET, HEAD, OPTIONS',
              })
            }
          })

          test('the host’s errors are answered by its own handler', async () => {
            const broken = await fetch(`${started.root}/broken`)
            expect([broken.status, await broken.text()]).toEqual([500, 'handled by the host'])
          })

          if (parser !== 'nowhere') {
            test('the host’s own routes get their bodies', async () => {
              const echoed = await fetch(`${started.root}/echo`, {
                method: 'POST',
                headers: { 'content-type': 'application/json' },
                body: '{"a":[1]}',
              })
              expect(await echoed.json()).toEqual({ a: [1] })
            })
          }

          if (binding.hasSockets ?? true) {
            test('an upgrade on a foreign path is left to the host', async () => {
              const { root, host } = started
              const { httpServer } = host
              // `ws` takes whatever emits `upgrade`, but its types do not say so.
              const server = httpServer as Server
              const chat = new WebSocketServer({ server, path: '/chat' })
              chat.on('connection', (socket) => {
                socket.on('message', (data) => socket.send(`echo ${String(data)}`))
              })
              const client = new WebSocket(`${root.replace('http', 'ws')}/chat`)
              await once(client, 'open')
              client.send('hello')
              const [data] = await once(client, 'message')
              expect(String(data)).toBe('echo hello')
              client.close()
              await once(client, 'close')
              await new Promise((resolve) => {
                chat.close(resolve)
              })
            })
          }
        })
      }
    }

    test('readers that go leave nothing open', async () => {
      await bench.task('running').begin()
      const limits = { maxConnections: 2, heartbeatMs: 200 }
      const [mount] = mounts as readonly [Mount]
      const { url, close } = await start(mount, 'nowhere', { limits })
      const open = async () => {
        const controller = new AbortController()
        const response = await fetch(`${url}/status/running/events`, { signal: controller.signal })
        if (response.status !== 200) {
          await response.arrayBuffer()
          return { status: response.status, abort: () => undefined }
        }
        // The stream is read to its first event, and then no more.
        await response.body?.getReader().read()
        return { status: response.status, abort: () => controller.abort() }
      }
      for (let round = 0; round < 3; round += 1) {
        const readers = [
          await vi.waitFor(async () => {
            const reader = await open()
            expect(reader.status).toBe(200)
            return reader
          }, patience),
        ]
        readers.push(
          await vi.waitFor(async () => {
            const reader = await open()
            expect(reader.status).toBe(200)
            return reader
          }, patience),
        )
        expect((await open()).status).toBe(503)
        for (const { abort } of readers) abort()
      }
      if (binding.hasSockets ?? true) {
        const address = `${url.replace('http', 'ws')}/status/running/stream`
        for (let round = 0; round < 4; round += 1) {
          const reader = await vi.waitFor(() => readSocket(address), patience)
          await reader.until(({ type }) => type === 'initial_status')
          reader.socket.terminate()
        }
      }
      await close()
    })
  })
}
