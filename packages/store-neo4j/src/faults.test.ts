import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { inspect } from 'node:util'
import { CairnError } from '@cairn/core'
import { createFaultyProxy, type FaultyProxy, type NetworkFault } from '@cairn/servers/faulty-proxy'
import { describeWithServer } from '@cairn/servers/vitest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createSamples, openStore } from './graph-samples.test-support.ts'
import type { Neo4jGraph } from './neo4j.ts'
import { neo4j } from './neo4j.ts'
import { checkVersion } from './server-version.ts'

const password = 'not-the-password-but-secret'

/** What the first call of a store fails with; its password must stand nowhere in it. */
async function failureOf(store: Neo4jGraph): Promise<CairnError> {
  const error = await store
    .upsert({ nodes: [createSamples().symbol('a')], edges: [] })
    .catch((reason: unknown) => reason)
  if (!CairnError.isInstance(error)) throw new Error('It did not fail.', { cause: error })
  expect(error.name).toBe('StoreError')
  expect(inspect(error, { depth: 10 })).not.toContain(password)
  return error
}

/** The Bolt URL of a port that `server` listens on. */
async function listen(server: Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return `bolt://127.0.0.1:${port}`
}

/** A way to the server that can be broken, and its Bolt URL. */
async function breakableWay(serverUrl: string): Promise<FaultyProxy & { readonly url: string }> {
  const proxy = await createFaultyProxy(Number(new URL(serverUrl).port))
  onTestFinished(() => proxy.close())
  return { ...proxy, url: `bolt://127.0.0.1:${proxy.port}` }
}

function closeAfterTest(server: Server): void {
  onTestFinished(() => {
    server.close()
  })
}

describe('where no Neo4j is,', () => {
  const user = 'neo4j'

  test('an error says so and asks for another try', async () => {
    const server = createServer()
    const url = await listen(server)
    server.close()
    await once(server, 'close')
    const error = await failureOf(openStore({ url, user, password }))
    expect(error).toMatchObject({
      code: 'STORE_FAILED',
      recoverable: true,
      message: expect.stringContaining(`${url} does not answer. Start it`),
    })
  })

  test.each([
    ['a web server', () => createHttpServer((_, response) => response.end('Hello'))],
    [
      'a server of another protocol',
      () =>
        createServer((socket) => {
          socket.on('error', () => socket.destroy())
          socket.write('220 mail.example.com ESMTP\r\n')
        }),
    ],
  ] as const)('%s is not taken for one, and not asked again', async (_, createOther) => {
    const server = createOther()
    closeAfterTest(server)
    const url = await listen(server)
    expect(await failureOf(openStore({ url, user, password }))).toMatchObject({
      code: 'STORE_FAILED',
      recoverable: false,
      message: expect.stringContaining(`What answers at ${url} is no`),
    })
  })

  test('a port that accepts and says nothing is waited for no longer than connectTimeoutMs', async () => {
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      onTestFinished(() => {
        socket.destroy()
      })
    })
    closeAfterTest(server)
    const url = await listen(server)
    const store = openStore({ url, user, password }, { connectTimeoutMs: 300 })
    expect(await failureOf(store)).toMatchObject({ code: 'STORE_FAILED', recoverable: true })
  })

  test('a call that waits for an answer ends when it is aborted', async () => {
    const controller = new AbortController()
    const server = createServer((socket) => {
      socket.on('error', () => socket.destroy())
      onTestFinished(() => {
        socket.destroy()
      })
      controller.abort(new Error('enough'))
    })
    closeAfterTest(server)
    const store = openStore({ url: await listen(server), user, password })
    await expect(store.nodes(['a'], { signal: controller.signal })).rejects.toThrow('enough')
  })
})

describeWithServer('neo4j', 'on a Neo4j that is there,', (server) => {
  test('a wrong password is told as such, and not tried again', async () => {
    const error = await failureOf(openStore({ ...server(), password }))
    expect(error).toMatchObject({
      code: 'STORE_FAILED',
      recoverable: false,
      message: `Neo4j at ${server().url} refused the user name or the password.`,
    })
  })

  test('a database that does not exist is named', async () => {
    expect(await failureOf(openStore(server(), { database: 'elsewhere' }))).toMatchObject({
      code: 'STORE_FAILED',
      recoverable: false,
      message: expect.stringContaining('has no database "elsewhere"'),
    })
  })

  test('a call of a closed store is refused', async () => {
    const store = openStore(server())
    await store.nodes(['a'])
    await store.close()
    await store.close()
    expect(await failureOf(store)).toMatchObject({
      code: 'CLOSED',
      recoverable: false,
      message: expect.stringContaining('is closed'),
    })
  })

  test('the same store works once its server is reached with the right password', async () => {
    const store = openStore(server(), { database: 'neo4j' })
    const { id, symbol } = createSamples()
    await store.upsert({ nodes: [symbol('a')], edges: [] })
    expect(await store.nodes([id('a')])).toEqual([symbol('a')])
  })

  test('a query that is aborted under way ends at once, and the store goes on', async () => {
    const store = openStore(server())
    await store.nodes(['a'])
    const controller = new AbortController()
    const endless = store.cypher(
      'UNWIND range(1, 100000) AS a UNWIND range(1, 100000) AS b RETURN count(a + b)',
      {},
      { signal: controller.signal },
    )
    const running = async (): Promise<unknown[]> =>
      store.cypher(
        `SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery STARTS WITH 'UNWIND range(1, 100000)'
         RETURN currentQuery`,
      )
    await expect.poll(running, { timeout: 60_000 }).toHaveLength(1)
    controller.abort(new Error('enough'))
    await expect(endless).rejects.toThrow('enough')
    await expect.poll(running, { timeout: 60_000 }).toEqual([])
    expect(await store.nodes(['a'])).toEqual([])
  })

  test('a connection that carries nothing any more is given up after timeoutMs, and others are made', async () => {
    const { url, ...login } = server()
    const { id, symbol } = createSamples()
    await openStore(server()).upsert({ nodes: [symbol('a')], edges: [] })
    const way = await breakableWay(url)
    const store = openStore({ ...login, url: way.url }, { timeoutMs: 4_000 })
    // On a busy machine an answer may be late for another reason, as a run knows too.
    const read = (): Promise<unknown> => store.nodes([id('a')]).catch(() => null)
    await expect.poll(read, { timeout: 60_000 }).toEqual([symbol('a')])
    await way.become({ kind: 'half-open' })
    await expect(store.nodes([id('a')])).rejects.toMatchObject({
      code: 'STORE_FAILED',
      recoverable: true,
      message: `Neo4j at ${way.url} did not answer within 4000 ms; \`timeoutMs\` allows more.`,
    })
    await way.become(null)
    await expect.poll(read, { timeout: 60_000 }).toEqual([symbol('a')])
  })

  test.each<[string, NetworkFault]>([
    ['half an answer', { kind: 'half-answer' }],
    ['what is no message', { kind: 'garbage' }],
  ])(
    '%s from a server that was there is a network that broke, and tried again',
    async (_, fault) => {
      const { url, ...login } = server()
      const { id, symbol } = createSamples()
      const way = await breakableWay(url)
      const store = openStore(
        { ...login, url: way.url },
        { connectTimeoutMs: 2_000, timeoutMs: 6_000 },
      )
      await store.upsert({ nodes: [symbol('a')], edges: [] })
      await way.become(fault)
      // The first call meets the lines that were open, later ones those that are made anew.
      for (let call = 0; call < 3; call++) {
        await expect(store.nodes([id('a')])).rejects.toMatchObject({
          code: 'STORE_FAILED',
          recoverable: true,
        })
      }
      await way.become(null)
      await expect
        .poll(() => store.nodes([id('a')]).catch(() => null), { timeout: 60_000 })
        .toEqual([symbol('a')])
    },
  )

  test('a write that is aborted while another has its turn writes nothing', async () => {
    const store = openStore(server())
    const { id, symbol } = createSamples()
    const controller = new AbortController()
    const first = store.upsert({ nodes: [symbol('a')], edges: [] })
    const second = store.upsert({ nodes: [symbol('b')], edges: [] }, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await expect(second).rejects.toThrow('enough')
    await first
    expect(await store.nodes([id('a'), id('b')])).toEqual([symbol('a')])
  })
})

describe('options', () => {
  test.each<[string, unknown]>([
    ['no URL', {}],
    ['a URL of the browser', { url: 'http://127.0.0.1:7474' }],
    ['no host', { url: 'bolt://' }],
    ['a URL with a password', { url: `bolt://neo4j:${password}@127.0.0.1:7687` }],
    ['a password without a user', { url: 'bolt://127.0.0.1', auth: { password } }],
    ['a password as text alone', { url: 'bolt://127.0.0.1', auth: password }],
    ['an empty database', { url: 'bolt://127.0.0.1', database: '' }],
    ['a negative time', { url: 'bolt://127.0.0.1', retryMs: -1 }],
    ['no time at all', { url: 'bolt://127.0.0.1', timeoutMs: 0 }],
    ['a time that no timer takes', { url: 'bolt://127.0.0.1', timeoutMs: 2 ** 31 }],
  ])('with %s are refused, without quoting a password', (_, options) => {
    const make = (): unknown => neo4j(options as Parameters<typeof neo4j>[0])
    expect(make).toThrow(expect.objectContaining({ code: 'INVALID_OPTIONS' }))
    expect(make).not.toThrow(password)
  })
})

describe('the version of a server', () => {
  test.each(['Neo4j/5.26.0', 'Neo4j/5.26.30', 'Neo4j/2025.01.0', 'Neo4j/2026.08.1'])(
    '%s will do',
    (agent) => {
      expect(() => checkVersion(agent, 'bolt://127.0.0.1')).not.toThrow()
    },
  )

  test.each(['Neo4j/4.4.41', 'Neo4j/5.25.1', 'Neo4j/5.9.0', 'Memgraph/3.0', undefined])(
    '%s is refused with what is needed',
    (agent) => {
      expect(() => checkVersion(agent, 'bolt://127.0.0.1')).toThrow(
        expect.objectContaining({
          code: 'STORE_UNSUPPORTED',
          recoverable: false,
          message: expect.stringContaining('5.26 or newer'),
        }),
      )
    },
  )
})
