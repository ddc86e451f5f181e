import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import type { VectorStore } from '@cairn/core'
import { startChroma } from '@cairn/servers'
import { describeWithServer, startOrSkip } from '@cairn/servers/vitest'
import { describe, expect, onTestFinished, test } from 'vitest'
import { chroma } from './chroma.ts'
import { type Asked, answerJson, passOn, serve } from './http-server.test-support.ts'
import type { ChromaOptions } from './options.ts'
import { freshSpace, rowsOf } from './rows.test-support.ts'

const isFinal = { name: 'StoreError', recoverable: false }
const mayHelp = { name: 'StoreError', code: 'STORE_FAILED', recoverable: true }

describe('an address where', () => {
  test('nothing listens is waited for, and named', async () => {
    const closed = createServer().listen(0, '127.0.0.1')
    await once(closed, 'listening')
    const { port } = closed.address() as AddressInfo
    closed.close()
    await once(closed, 'close')
    const url = `http://127.0.0.1:${port}`
    await expect(chroma({ url }).spaces()).rejects.toMatchObject({
      ...mayHelp,
      message: `No server listens at ${url}: start Chroma there, or correct the url.`,
    })
  })

  test('no host is known is waited for: the network may come back', async () => {
    const store = chroma({ url: 'http://no-such-host.invalid:8000' })
    await expect(store.spaces()).rejects.toMatchObject({
      ...mayHelp,
      message: 'The host of http://no-such-host.invalid:8000 is not known.',
    })
  })

  test.each<[string, (asked: Asked) => { status: number; body: unknown }]>([
    ['a web page', () => ({ status: 200, body: '<html>It works!</html>' })],
    ['an empty answer', () => ({ status: 200, body: '' })],
    ['not found', () => ({ status: 404, body: 'Cannot GET /api/v2/version' })],
    [
      'another interface with a version',
      ({ path }) => ({ status: path.endsWith('version') ? 200 : 404, body: '3.1.4' }),
    ],
  ])('something else answers with %s is refused as no Chroma', async (_, answer) => {
    const url = await serve((asked, response) => {
      const { status, body } = answer(asked)
      answerJson(response, status, body)
    })
    await expect(chroma({ url }).spaces()).rejects.toMatchObject({
      ...isFinal,
      message: `What answers at ${url} is not a Chroma server: correct the url.`,
    })
  })

  test('something answers that does not speak HTTP is refused as no Chroma', async () => {
    const greeting = createServer((socket) => socket.write('220 mail.example.com ESMTP\r\n'))
    greeting.listen(0, '127.0.0.1')
    await once(greeting, 'listening')
    onTestFinished(() => void greeting.close())
    const url = `http://127.0.0.1:${(greeting.address() as AddressInfo).port}`
    await expect(chroma({ url }).spaces()).rejects.toMatchObject({
      ...isFinal,
      message: expect.stringContaining(`${url} is not a Chroma server that speaks http`),
    })
  })

  test.each([
    ['0.6.3', '/api/v2/version'],
    ['0.5.5', '/api/v1/version'],
  ])('Chroma %s answers is refused as too old', async (version, at) => {
    const url = await serve(({ path }, response) => {
      if (path === at) answerJson(response, 200, version)
      else answerJson(response, 404, { detail: 'Not Found' })
    })
    await expect(chroma({ url }).spaces()).rejects.toMatchObject({
      ...isFinal,
      code: 'STORE_UNSUPPORTED',
      message: `Chroma ${version} at ${url} is too old: cairn needs 1.0.0 or newer.`,
    })
  })

  test.each([503, 500, 429])('a proxy answers %d is waited for', async (status) => {
    const url = await serve((_, response) => answerJson(response, status, { message: 'Starting.' }))
    await expect(chroma({ url }).spaces()).rejects.toMatchObject({
      ...mayHelp,
      message: expect.stringContaining('Starting.'),
    })
  })

  test('no answer comes in time is waited for', async () => {
    const url = await serve(() => {})
    await expect(chroma({ url, timeoutMs: 50 }).spaces()).rejects.toMatchObject({
      ...mayHelp,
      message: `Chroma at ${url} did not answer within 50 ms; \`timeoutMs\` allows more.`,
    })
  })

  test('no answer comes lets go of a first call whose signal is aborted, with the reason', async () => {
    const caller = new AbortController()
    const reason = new Error('The user went home.')
    const url = await serve(() => caller.abort(reason))
    const call = chroma({ url }).spaces({ signal: caller.signal })
    await expect(call).rejects.toBe(reason)
  })

  test('no answer comes is let go of when the store is closed, with the connection', async () => {
    let gone = (): void => undefined
    const disconnected = new Promise<void>((resolve) => {
      gone = resolve
    })
    const controller = new AbortController()
    const url = await serve((_, response) => {
      response.once('close', gone)
      controller.abort(new Error('Enough.'))
    })
    const store = chroma({ url })
    const patient = store.spaces()
    await expect(store.spaces({ signal: controller.signal })).rejects.toThrow('Enough.')
    await store.close()
    await expect(patient).rejects.toMatchObject({ name: 'StoreError', code: 'CLOSED' })
    await disconnected
  })

  test('another host is named instead does not make it get the credentials', async () => {
    const asked: Asked[] = []
    const other = await serve((request, response) => {
      asked.push(request)
      answerJson(response, 200, '1.0.0')
    })
    const url = await serve(({ path }, response) => {
      response.writeHead(302, { location: `${other}${path}` }).end()
    })
    const store = chroma({ url, auth: { token: 'secret', header: 'x-chroma-token' } })
    await expect(store.spaces()).rejects.toMatchObject({
      ...isFinal,
      message: `Chroma at ${url} answered 302: no reason`,
    })
    expect(asked).toEqual([])
  })

  test('the connection breaks is waited for', async () => {
    const url = await serve((_, response) => response.destroy())
    await expect(chroma({ url }).spaces()).rejects.toMatchObject({
      ...mayHelp,
      message: expect.stringContaining(`The connection to Chroma at ${url} broke`),
    })
  })
})

describeWithServer('chroma', 'a real server', (server) => {
  // Other files use the same server meanwhile.
  const collectionPrefix = 'bad-server-'
  const space = freshSpace()
  const [row, ...rows] = rowsOf('shop', 3)
  if (!row) throw new Error('rows were made')

  test.each([
    [{ tenant: 'nobody' }, 'no tenant "nobody"'],
    [{ database: 'nothing' }, 'no database "nothing" in the tenant "default_tenant"'],
  ])('without the place that %o names says so', async (place, missing) => {
    const { url } = server()
    const store = chroma({ url, ...place })
    for (const call of [store.upsert(space, [row]), store.get(space, [row.id]), store.spaces()]) {
      await expect(call).rejects.toMatchObject({
        ...isFinal,
        message: `Chroma at ${url} has ${missing}: create it, or correct the options.`,
      })
    }
  })

  test.each([
    { auth: { token: 'secret' }, sent: { authorization: 'Bearer secret' } },
    {
      auth: { token: 'secret', header: 'x-chroma-token' as const },
      sent: { 'x-chroma-token': 'secret' },
    },
    {
      auth: { username: 'me', password: 'secret' },
      sent: { authorization: `Basic ${btoa('me:secret')}` },
    },
  ])('behind a proxy takes $auth, and is final without it', async ({ auth, sent }) => {
    const url = await serve((asked, response) => {
      if (Object.entries(sent).every(([name, value]) => asked.headers[name] === value)) {
        passOn(server().url, asked, response)
      } else answerJson(response, 401, { error: 'Unauthorized' })
    })
    const own = freshSpace()
    await chroma({ url, auth }).upsert(own, [row])
    expect(await chroma({ url, auth }).count(own, { repository: 'shop' })).toBe(1)
    for (const wrong of [undefined, { token: 'hunter2' }]) {
      const store = chroma({ url, ...(wrong ? { auth: wrong } : {}) })
      const error: unknown = await store.spaces().catch((error: unknown) => error)
      expect(error).toMatchObject({
        ...isFinal,
        message: `Chroma at ${url} refuses the credentials (401): correct \`auth\`.`,
      })
      expect(JSON.stringify(error)).not.toContain('hunter2')
    }
  })

  /** A store on the real server through a proxy that may answer in its place. */
  async function storeBehind(
    answer: (
      asked: Asked,
    ) => { status: number; body: unknown } | 'hang' | 'break' | 'garble' | null,
    options: Partial<ChromaOptions> = {},
  ): Promise<VectorStore> {
    const url = await serve((asked, response) => {
      const instead = answer(asked)
      if (instead === null) passOn(server().url, asked, response)
      else if (instead === 'break') response.destroy()
      else if (instead === 'garble') response.socket?.end('7c00ff and no HTTP\r\n\r\n')
      else if (instead !== 'hang') answerJson(response, instead.status, instead.body)
    })
    return chroma({ url, collectionPrefix, ...options })
  }

  test.each<['hang' | 'break' | 'garble' | { status: number; body: unknown }, string]>([
    ['hang', 'did not answer within 500 ms'],
    ['break', 'broke'],
    ['garble', 'broke'],
    [{ status: 500, body: { message: 'disk I/O error' } }, 'answered 500: disk I/O error'],
    [{ status: 429, body: { message: 'Slow down.' } }, 'answered 429: Slow down.'],
    [{ status: 503, body: 'upstream gone' }, 'is not ready: "upstream gone"'],
  ])(
    'that answers a write with %o is worth another try, which then works',
    async (failure, said) => {
      let failures = 0
      const own = freshSpace()
      const store = await storeBehind(
        ({ path }) => (path.endsWith('/upsert') && failures++ === 0 ? failure : null),
        { timeoutMs: 500 },
      )
      const write = (): Promise<void> => store.upsert(own, [row, ...rows])
      await expect(write()).rejects.toMatchObject({
        ...mayHelp,
        message: expect.stringContaining(said),
      })
      await write()
      expect(await store.count(own, { repository: 'shop' })).toBe(3)
    },
  )

  test('that finds a request too large gets halves of it, and from then on no larger ones', async () => {
    const sizes: number[] = []
    const own = freshSpace()
    const store = await storeBehind(({ path, body }) => {
      if (!path.endsWith('/upsert')) return null
      const { ids } = JSON.parse(body) as { ids: string[] }
      sizes.push(ids.length)
      return ids.length > 1 ? { status: 413, body: '<h1>Request Entity Too Large</h1>' } : null
    })
    await store.upsert(own, [row, ...rows])
    expect(sizes).toEqual([3, 2, 1, 1, 1])
    await store.upsert(own, [row, ...rows])
    expect(sizes.slice(5)).toEqual([1, 1, 1])
    expect(await store.count(own, { repository: 'shop' })).toBe(3)
  })

  test('that refuses what it was sent is not asked again', async () => {
    const store = await storeBehind(({ path }) =>
      path.endsWith('/upsert') ? { status: 413, body: { message: 'Too large.' } } : null,
    )
    await expect(store.upsert(freshSpace(), [row])).rejects.toMatchObject({
      ...isFinal,
      message: expect.stringContaining('answered 413: Too large.'),
    })
  })

  test('that hangs lets go of a call whose signal is aborted, with the reason', async () => {
    const caller = new AbortController()
    const reason = new Error('The user went home.')
    const own = freshSpace()
    const store = await storeBehind(({ path }) => {
      if (!path.endsWith('/query')) return null
      caller.abort(reason)
      return 'hang'
    })
    await store.upsert(own, [row])
    const query = store.query(own, row.vector, { limit: 1, signal: caller.signal })
    await expect(query).rejects.toBe(reason)
  })

  test('is asked its limits once, and gets no more rows or ids in a request than it takes', async () => {
    const sizes: number[] = []
    let asked = 0
    const store = await storeBehind(({ path, body }) => {
      if (path.endsWith('/pre-flight-checks')) {
        asked++
        return { status: 200, body: { max_batch_size: 100, supports_base64_encoding: true } }
      }
      if (/\/(upsert|delete)$/.test(path)) sizes.push(JSON.parse(body).ids.length)
      return null
    })
    const own = freshSpace()
    const many = rowsOf('shop', 250)
    const ids = many.map(({ id }) => id)
    await store.upsert(own, many)
    expect(sizes).toEqual([100, 100, 50])
    expect(await store.delete(own, ids)).toBe(250)
    expect(sizes.slice(3)).toEqual([100, 100, 50])
    await store.upsert(own, many)
    expect(await store.removeRepository('shop')).toBeGreaterThanOrEqual(250)
    expect(Math.max(...sizes)).toBe(100)
    expect(asked).toBe(1)
  })

  test('that loses a collection while all are gone through has no rows of it', async () => {
    let lost = ''
    const store = await storeBehind(
      ({ path }) => {
        const id = /\/collections\/([^/]+)\/count/.exec(path)?.[1]
        if (id === undefined) return null
        lost ||= id
        return id === lost ? { status: 404, body: { message: 'Collection does not exist.' } } : null
      },
      { collectionPrefix: 'lost-' },
    )
    for (const space of [freshSpace(), freshSpace()]) await store.upsert(space, rowsOf('shop', 2))
    expect(await store.spaces()).toHaveLength(1)
    expect(await store.removeRepository('shop')).toBe(2)
    await chroma({ url: server().url, collectionPrefix: 'lost-' }).removeRepository('shop')
  })

  test('that knows no base64 gets numbers', async () => {
    const bodies: string[] = []
    const store = await storeBehind(({ path, body }) => {
      if (path.endsWith('/upsert')) bodies.push(body)
      if (!path.endsWith('/pre-flight-checks')) return null
      return { status: 200, body: { max_batch_size: 100 } }
    })
    const own = freshSpace()
    await store.upsert(own, [{ ...row, vector: Float32Array.of(0.6, 0.8) }])
    expect(JSON.parse(bodies[0] ?? '').embeddings).toEqual([[Math.fround(0.6), Math.fround(0.8)]])
    expect(await store.get(own, [row.id])).toEqual([Float32Array.of(0.6, 0.8)])
  })

  test('is asked nothing by a store that was closed', async () => {
    const store = chroma({ url: server().url })
    await store.spaces()
    await store.close()
    await expect(store.spaces()).rejects.toMatchObject({ name: 'StoreError', code: 'CLOSED' })
  })
})

test('a server that dies and comes back holds what it acknowledged, for the same store', async (context) => {
  const server = await startOrSkip(context, startChroma)
  const store = chroma({ url: server.url })
  const space = freshSpace()
  const rows = rowsOf('shop', 300)
  await store.upsert(space, rows)
  await server.kill()
  await expect(store.count(space, { repository: 'shop' })).rejects.toMatchObject(mayHelp)
  await server.restart()
  expect(await store.count(space, { repository: 'shop' })).toBe(300)
  await store.upsert(space, rowsOf('other', 5))
  expect(await store.count(space, { repository: 'other' })).toBe(5)
})
