import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { createStatusClient, type StatusClient } from './create-status-client.ts'
import { createFaultProxy, type FaultProxy } from './fault-proxy.test-support.ts'
import { type LocalServer, listen } from './http-server.test-support.ts'
import { type IndexingServer, startIndexingServer } from './indexing-server.test-support.ts'
import type { TransportKind } from './transport.ts'
import { expectWhole, hear } from './watched.test-support.ts'
import { forwardRequests, forwardUpgrades } from './web-proxy.test-support.ts'

let server: IndexingServer
let proxy: FaultProxy
let client: StatusClient
let direct: StatusClient

beforeAll(async () => {
  server = await startIndexingServer({ limits: { heartbeatMs: 40, updateIntervalMs: 1 } })
  direct = createStatusClient({ baseUrl: server.url })
})
afterAll(() => server.close())

const timing = {
  connectTimeoutMs: 400,
  heartbeatTimeoutMs: 400,
  pollIntervalMs: 10,
  climbAfterMs: 40,
  backoff: { minMs: 5, maxMs: 40 },
}
const clientOf = (port: number): StatusClient => {
  const baseUrl = server.url.replace(String(server.port), String(port))
  return createStatusClient({ baseUrl, watch: timing, requestTimeoutMs: 400 })
}

let names = 0
const start = (files?: number): Promise<string> => server.start(`faulty_${++names}`, files)
const kinds: TransportKind[] = ['websocket', 'events', 'polling']

describe('through a network', () => {
  beforeEach(async () => {
    proxy = await createFaultProxy(server.port)
    client = clientOf(proxy.port)
  })
  afterEach(() => proxy.close())

  const faults: [name: string, begin: () => void, end: () => void][] = [
    ['resets connections', () => proxy.cut(), () => {}],
    [
      'is away for a time',
      () => {
        proxy.refuse(true)
        proxy.cut()
      },
      () => proxy.refuse(false),
    ],
    ['carries nothing any more and keeps connections open', () => proxy.freeze(), () => {}],
    [
      'lets nothing but rubbish through',
      () => {
        proxy.garble()
        proxy.freeze()
      },
      () => {},
    ],
  ]

  describe.each(faults)('that %s', (_name, begin, end) => {
    it.each(['websocket', 'events'] as const)('nothing is lost or doubled by %s', async (kind) => {
      const taskId = await start(6)
      const watch = client.watch(taskId, { transports: [kind] })
      const heard = hear(watch)
      await heard.until(({ documents }) => documents.length > 0)
      server.embedder.letThrough(1)
      begin()
      await heard.until(({ states }) => states.includes('reconnecting'))
      server.embedder.letThrough(2)
      end()
      await heard.until(({ states }) => states.at(-1) === 'live')
      await server.finish(taskId)
      await watch.finished
      expectWhole(heard, await direct.status(taskId))
      expect(heard.errors.length).toBeGreaterThan(0)
    })
  })

  it('that cuts every connection somewhere, the end arrives all the same', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...kinds),
        fc.array(fc.nat({ max: 6_000 }), { minLength: 1, maxLength: 5 }),
        async (kind, cuts) => {
          const taskId = await start(cuts.length + 1)
          const watch = client.watch(taskId, { transports: [kind] })
          const heard = hear(watch)
          for (const bytes of cuts) {
            proxy.cutAfter(bytes)
            proxy.cut()
            server.embedder.letThrough(1)
          }
          const finished = server.finish(taskId)
          proxy.cutAfter(null)
          proxy.cut()
          await finished
          await watch.finished
          expectWhole(heard, await direct.status(taskId))
        },
      ),
      { numRuns: 12 },
    )
  })

  it('that is slow, the updates come in order', async () => {
    proxy.delay(15)
    const taskId = await start(4)
    const watch = client.watch(taskId)
    const heard = hear(watch)
    await heard.until(({ documents }) => documents.length > 0)
    await server.finish(taskId)
    await watch.finished
    expectWhole(heard, await direct.status(taskId))
    expect(heard.states).toEqual(['connecting', 'live', 'ended'])
  })

  it('asks to go on where it was, and is not told again what it has seen', async () => {
    const taskId = await start()
    const addresses: URL[] = []
    const own = createStatusClient({
      baseUrl: server.url.replace(String(server.port), String(proxy.port)),
      watch: { ...timing, transports: ['events'] },
      fetch: (url, init) => {
        addresses.push(new URL(String(url)))
        return fetch(url, init)
      },
    })
    const watch = own.watch(taskId)
    const heard = hear(watch)
    await heard.until(({ documents }) => documents.length > 0)
    const { seq, epoch } = await direct.status(taskId)
    await heard.until(({ documents }) => documents.at(-1)?.seq === seq)
    proxy.cut()
    await heard.until(({ states }) => states.at(-1) === 'live' && states.includes('reconnecting'))
    expect(addresses[0]?.search).toBe('')
    expect(addresses.at(-1)?.searchParams.get('since')).toBe(String(seq))
    expect(addresses.at(-1)?.searchParams.get('epoch')).toBe(epoch)
    watch.close()
    await server.finish(taskId)
  })

  it('keeps trying while the server is away, from before it was ever there', async () => {
    proxy.refuse(true)
    const taskId = await start()
    const watch = client.watch(taskId)
    const heard = hear(watch)
    await heard.until(({ errors }) => errors.length >= 3)
    expect(heard.states).toEqual(['connecting'])
    expect(heard.errors.every(({ code }) => code === 'UNREACHABLE')).toBe(true)
    proxy.refuse(false)
    await heard.until(({ states }) => states.at(-1) === 'live')
    // What failed for all ways alike says nothing against the best.
    expect(watch.transport).toBe('websocket')
    await server.finish(taskId)
    await watch.finished
    expectWhole(heard, await direct.status(taskId))
  })

  it('leaves no connection where it is closed while the server is away', async () => {
    const taskId = await start()
    proxy.refuse(true)
    const watch = client.watch(taskId)
    const heard = hear(watch)
    await heard.until(({ errors }) => errors.length > 1)
    watch.close()
    expect(heard.states.at(-1)).toBe('ended')
    await expect.poll(() => proxy.open()).toBe(0)
    await server.finish(taskId)
  })
})

it('goes on when the server was restarted', async () => {
  const taskId = await start()
  const watch = clientOf(server.port).watch(taskId)
  const heard = hear(watch)
  await heard.until(({ documents }) => documents.length > 0)
  await server.restart()
  await heard.until(({ states }) => states.includes('reconnecting') && states.at(-1) === 'live')
  await server.finish(taskId)
  await watch.finished
  expectWhole(heard, await direct.status(taskId))
})

describe('behind a web proxy', () => {
  let web: LocalServer
  const rules = { refusesUpgrades: false, buffersEvents: false }
  beforeEach(async () => {
    rules.refusesUpgrades = false
    rules.buffersEvents = false
    web = await listen(forwardRequests(server.port, rules))
    web.server.on('upgrade', forwardUpgrades(server.port, rules))
    client = clientOf(Number(new URL(web.origin).port))
  })
  afterEach(() => web.close())

  it('that refuses WebSockets, updates come as events', async () => {
    rules.refusesUpgrades = true
    const taskId = await start()
    const watch = client.watch(taskId)
    const heard = hear(watch)
    await heard.until(({ documents }) => documents.length > 0)
    expect([watch.transport, watch.state]).toEqual(['events', 'live'])
    await server.finish(taskId)
    await watch.finished
    expectWhole(heard, await direct.status(taskId))
    expect(heard.errors).toEqual([])
  })

  it('that buffers events too, they are polled for', async () => {
    rules.refusesUpgrades = true
    rules.buffersEvents = true
    const taskId = await start()
    const watch = client.watch(taskId)
    const heard = hear(watch)
    await heard.until(({ documents }) => documents.length > 0)
    expect([watch.transport, watch.state]).toEqual(['polling', 'polling'])
    await server.finish(taskId)
    await watch.finished
    expectWhole(heard, await direct.status(taskId))
  })

  it('that lets WebSockets through after all, it climbs back, and loses nothing by it', async () => {
    rules.refusesUpgrades = true
    rules.buffersEvents = true
    const taskId = await start(5)
    const watch = client.watch(taskId)
    const heard = hear(watch)
    await heard.until(({ states }) => states.at(-1) === 'polling')
    server.embedder.letThrough(1)
    rules.buffersEvents = false
    await heard.until(({ states }) => states.at(-1) === 'live')
    expect(watch.transport).toBe('events')
    server.embedder.letThrough(1)
    rules.refusesUpgrades = false
    await expect.poll(() => watch.transport).toBe('websocket')
    await server.finish(taskId)
    await watch.finished
    expectWhole(heard, await direct.status(taskId))
    expect(heard.states).toEqual(['connecting', 'polling', 'live', 'ended'])
    expect(heard.errors).toEqual([])
  })
})

it('says so where something else is at the address', async () => {
  const page = await listen((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html>')
  })
  const watch = createStatusClient({ baseUrl: page.origin, watch: timing }).watch('any')
  await expect(watch.finished).rejects.toMatchObject({ code: 'INVALID_ANSWER', status: 200 })
  await page.close()
})
