/** A status server beside other users of the upgrades of one HTTP server, whoever was there first. */
import 'reflect-metadata'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { join } from 'node:path'
import fastifyWebSocket from '@fastify/websocket'
import type { DynamicModule } from '@nestjs/common'
import { NestFactory } from '@nestjs/core'
import { WsAdapter } from '@nestjs/platform-ws'
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets'
import Fastify from 'fastify'
import { Server as SocketIoServer } from 'socket.io'
import { io } from 'socket.io-client'
import { createServer as createVite } from 'vite'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type ClientOptions, WebSocket, WebSocketServer } from 'ws'
import { closeServer, portOf } from './binding-contract.test-support.ts'
import { createStatusServer } from './create-status-server.ts'
import { fastifyPlugin } from './fastify.ts'
import { statusModule } from './nest.ts'
import { attachUpgrades, nodeHandler } from './node.ts'
import type { StatusServer } from './options.ts'
import { readSocket } from './read-socket.test-support.ts'
import { createWorkbench, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
let status: StatusServer
beforeEach(async () => {
  bench = createWorkbench()
  status = createStatusServer({ source: bench.indexer })
  const task = bench.task('ended')
  await task.begin()
  await task.complete()
})
afterEach(async () => {
  await status.close()
  await bench.close()
})

/** Holds that a status server's own sockets are served. */
async function statusIsServed(port: number, basePath = status.basePath): Promise<void> {
  const socket = await readSocket(`ws://127.0.0.1:${port}${basePath}/status/ended/stream`)
  expect(await socket.closed).toMatchObject({ code: 1000 })
  expect(socket.messages).toMatchObject([{ type: 'initial_status', task_id: 'ended' }])
}

/** What a socket answers to a message. */
async function talk(url: string, message: string, options: ClientOptions = {}): Promise<string> {
  const socket = new WebSocket(url, options)
  await once(socket, 'open')
  socket.send(message)
  const [answer] = await once(socket, 'message')
  socket.terminate()
  return String(answer)
}

/** The status that an upgrade is answered with instead of being let in. */
async function refusal(url: string): Promise<number> {
  const socket = new WebSocket(url)
  socket.on('error', () => undefined)
  const [request, response] = await once(socket, 'unexpected-response')
  request.destroy()
  return response.statusCode
}

interface Guest {
  /** Attaches to the server. */
  attach(httpServer: Server): Promise<{
    /** Holds that it works. */
    works(port: number): Promise<void>
    close(): Promise<void>
  }>
}

function webSockets(path: string | undefined): Guest {
  return {
    async attach(httpServer) {
      const server = new WebSocketServer({ server: httpServer, ...(path ? { path } : {}) })
      server.on('connection', (socket) => {
        socket.on('message', (data) => socket.send(`echo ${String(data)}`))
      })
      return {
        async works(port) {
          const address = `ws://127.0.0.1:${port}${path ?? '/anything'}`
          expect(await talk(address, 'hello')).toBe('echo hello')
        },
        close: () => new Promise((resolve) => server.close(() => resolve())),
      }
    },
  }
}

function socketIo(path: string | undefined): Guest {
  const options = path ? { path } : {}
  return {
    async attach(httpServer) {
      const server = new SocketIoServer(httpServer, { ...options, destroyUpgradeTimeout: 1 })
      server.on('connection', (socket) => {
        socket.on('say', (text, answer) => answer(`echo ${text}`))
      })
      return {
        async works(port) {
          for (const transports of [['websocket'], ['polling', 'websocket']]) {
            const client = io(`http://127.0.0.1:${port}`, { ...options, transports })
            expect(await client.emitWithAck('say', 'hello')).toBe('echo hello')
            client.close()
          }
        },
        close: () => server.close(),
      }
    },
  }
}

function viteHmr(path: string | undefined): Guest {
  return {
    async attach(httpServer) {
      const root = join(bench.folder, 'page')
      mkdirSync(root, { recursive: true })
      const vite = await createVite({
        root,
        configFile: false,
        logLevel: 'silent',
        appType: 'custom',
        optimizeDeps: { noDiscovery: true },
        server: {
          middlewareMode: true,
          watch: null,
          hmr: { server: httpServer, ...(path ? { path } : {}) },
        },
      })
      return {
        async works(port) {
          const address = `ws://127.0.0.1:${port}/${path ?? ''}?token=${vite.config.webSocketToken}`
          const socket = new WebSocket(address, 'vite-hmr')
          const [first] = await once(socket, 'message')
          expect(JSON.parse(String(first))).toEqual({ type: 'connected' })
          socket.terminate()
        },
        close: () => vite.close(),
      }
    },
  }
}

const guests: Readonly<Record<string, Guest>> = {
  'ws with a path': webSockets('/chat'),
  'ws without a path': webSockets(undefined),
  'socket.io': socketIo(undefined),
  'socket.io with a path': socketIo('/talk'),
  'the HMR of Vite': viteHmr(undefined),
  'the HMR of Vite with a path': viteHmr('hmr'),
}

const orders = ['before', 'after'] as const

/** A server that listens, to which the guest was attached before or after the status server. */
async function together(guest: Guest, order: (typeof orders)[number]) {
  const httpServer = createServer((request, response) => {
    void nodeHandler(status)(request, response, () => {
      response.statusCode = 404
      response.end('the host’s own')
    })
  })
  const early = order === 'before' ? await guest.attach(httpServer) : null
  attachUpgrades(httpServer, status)
  const attached = early ?? (await guest.attach(httpServer))
  httpServer.listen(0, '127.0.0.1')
  await once(httpServer, 'listening')
  return {
    port: portOf(httpServer),
    works: attached.works,
    async close() {
      await status.close()
      await attached.close()
      if (httpServer.listening) await closeServer(httpServer)
    },
  }
}

describe.each(orders)('attached %s the status server', (order) => {
  test.each(Object.keys(guests))('%s and the status server both work', async (name) => {
    const guest = guests[name]
    if (!guest) throw new Error(`There is no guest ${name}.`)
    const { port, works, close } = await together(guest, order)
    await works(port)
    await statusIsServed(port)
    await works(port)
    // Longer than socket.io waits before it destroys what nobody has taken: a live stream stays.
    await bench.task('running').begin()
    const live = await readSocket(`ws://127.0.0.1:${port}${status.basePath}/live-status`)
    live.send({ type: 'subscribe_all' })
    await live.until(({ type }) => type === 'connection_info')
    await works(port)
    live.send({ type: 'ping' })
    await live.until(({ type }) => type === 'pong')
    live.socket.close()
    await close()
  })

  test('an upgrade that is nobody’s is answered as the guest does', async () => {
    const { port, close } = await together(webSockets('/chat'), order)
    expect(await refusal(`ws://127.0.0.1:${port}/nobody`)).toBe(400)
    await close()
    await expect(
      together(socketIo(undefined), order).then(async (host) => {
        const socket = new WebSocket(`ws://127.0.0.1:${host.port}/nobody`)
        const [error] = await once(socket, 'error')
        await host.close()
        return String(error)
      }),
    ).resolves.toContain('socket hang up')
  })

  test.each(['/', '/gateway'])(
    'a gateway of Nest at %s and the status server both work',
    async (path) => {
      class Gateway {
        say(): object {
          return { event: 'said', data: 'hello' }
        }
      }
      WebSocketGateway({ path })(Gateway)
      const descriptor = Object.getOwnPropertyDescriptor(Gateway.prototype, 'say')
      if (descriptor) SubscribeMessage('say')(Gateway.prototype, 'say', descriptor)
      class AppModule {}
      const imports = order === 'before' ? [] : [statusModule(status)]
      const root: DynamicModule = { module: AppModule, imports, providers: [Gateway] }
      const app = await NestFactory.create(root, { logger: false })
      app.useWebSocketAdapter(new WsAdapter(app))
      await app.listen(0, '127.0.0.1')
      const httpServer: Server = app.getHttpServer()
      if (order === 'before') attachUpgrades(httpServer, status)
      const port = portOf(httpServer)
      const say = () => talk(`ws://127.0.0.1:${port}${path}`, '{"event":"say"}')
      expect(JSON.parse(await say())).toEqual({ event: 'said', data: 'hello' })
      await statusIsServed(port)
      expect(JSON.parse(await say())).toEqual({ event: 'said', data: 'hello' })
      httpServer.closeAllConnections()
      await app.close()
    },
  )

  test('@fastify/websocket and the status server both work', async () => {
    const app = Fastify()
    if (order === 'after') await app.register(fastifyPlugin(status))
    await app.register(fastifyWebSocket)
    if (order === 'before') await app.register(fastifyPlugin(status))
    app.get('/chat', { websocket: true }, (socket) => {
      socket.on('message', (data: Buffer) => socket.send(`echo ${String(data)}`))
    })
    await app.listen({ port: 0, host: '127.0.0.1' })
    const port = portOf(app.server)
    const chat = () => talk(`ws://127.0.0.1:${port}/chat`, 'hello')
    expect(await chat()).toBe('echo hello')
    await statusIsServed(port)
    expect(await chat()).toBe('echo hello')
    expect(await refusal(`ws://127.0.0.1:${port}/nobody`)).toBe(404)
    await app.close()
  })
})

describe.each(['before the status server is asked', 'while it decides'])(
  'an upgrade below the base path that a guest has taken %s',
  (when) => {
    test.each([
      ['the guest’s, where it would be let in', { kind: 'allow' }],
      ['the guest’s, where it would be refused', { kind: 'deny', status: 401 }],
    ] as const)('stays %s', async (_, answer) => {
      let decided: () => void = () => undefined
      const deciding = new Promise<void>((resolve) => {
        decided = resolve
      })
      const warnings: string[] = []
      const own = createStatusServer({
        source: bench.indexer,
        async authorize() {
          await deciding
          return answer
        },
        logger: {
          debug() {},
          warn: (_details, message) => warnings.push(message),
          error: (_details, message) => warnings.push(message),
        },
      })
      const guest = new WebSocketServer({ noServer: true })
      guest.on('connection', (socket) => {
        socket.on('message', (data) => socket.send(`echo ${String(data)}`))
      })
      const httpServer = createServer()
      httpServer.on('upgrade', (request, socket, head) => {
        const take = () =>
          guest.handleUpgrade(request, socket, head, (each) => guest.emit('connection', each))
        if (when === 'while it decides') own.handleUpgrade(request, socket, head)
        take()
        if (when !== 'while it decides') own.handleUpgrade(request, socket, head)
      })
      httpServer.listen(0, '127.0.0.1')
      await once(httpServer, 'listening')
      const client = new WebSocket(
        `ws://127.0.0.1:${portOf(httpServer)}${own.basePath}/status/ended/stream`,
      )
      await once(client, 'open')
      decided()
      await expect.poll(() => warnings).toEqual([expect.stringContaining('taken by somebody else')])
      client.send('hello')
      expect(String((await once(client, 'message'))[0])).toBe('echo hello')
      client.terminate()
      guest.close()
      await own.close()
      await closeServer(httpServer)
    })
  },
)

describe('where nobody else takes upgrades', () => {
  const nobody: Guest = {
    attach: async () => ({ works: async () => undefined, close: async () => undefined }),
  }

  test('one that is not the status server’s is a request of the host', async () => {
    const { port, close } = await together(nobody, 'after')
    expect(await refusal(`ws://127.0.0.1:${port}/nobody`)).toBe(404)
    await statusIsServed(port)
    await close()
  })

  test('and so it is with two status servers', async () => {
    const other = createStatusServer({ source: bench.indexer, basePath: '/other' })
    const { port, close } = await together(
      {
        async attach(httpServer) {
          attachUpgrades(httpServer, other)
          return { works: async () => undefined, close: () => other.close() }
        },
      },
      'after',
    )
    await statusIsServed(port)
    await statusIsServed(port, '/other')
    expect(await refusal(`ws://127.0.0.1:${port}/nobody`)).toBe(404)
    await close()
  })
})
