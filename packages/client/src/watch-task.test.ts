import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import WebSocket from 'ws'
import { createStatusClient, type StatusClient } from './create-status-client.ts'
import { type IndexingServer, startIndexingServer } from './indexing-server.test-support.ts'
import { StatusClientError } from './status-client-error.ts'
import type { TransportKind } from './transport.ts'
import { waitUntil } from './wait-until.test-support.ts'
import { expectWhole, hear } from './watched.test-support.ts'

let server: IndexingServer
let client: StatusClient

beforeAll(async () => {
  server = await startIndexingServer()
  client = createStatusClient({
    baseUrl: server.url,
    watch: { pollIntervalMs: 20, backoff: { minMs: 5, maxMs: 50 } },
  })
})
afterAll(() => server.close())

const kinds: TransportKind[] = ['websocket', 'events', 'polling']

describe.each(kinds)('by %s', (kind) => {
  it('tells a task from where it is to its end, and then leaves nothing open', async () => {
    const taskId = await server.start(`whole_${kind}`)
    const watch = client.watch(taskId, { transports: [kind] })
    const heard = hear(watch)
    await heard.until(({ documents }) => documents.length > 0)
    expect(watch.state).toBe(kind === 'polling' ? 'polling' : 'live')
    expect(watch.transport).toBe(kind)
    expect(watch.status).toMatchObject({ taskId, currentStage: 'embedding' })
    await server.finish(taskId)
    const ended = await watch.finished
    expect(ended).toMatchObject({ status: 'completed', overallProgress: 100 })
    expectWhole(heard, await client.status(taskId))
    expect(heard.states).toEqual(['connecting', kind === 'polling' ? 'polling' : 'live', 'ended'])
    expect(heard.errors).toEqual([])
    expect(watch.transport).toBeNull()
  })

  it('gives the last document of a task that has ended', async () => {
    const taskId = await server.start(`ended_${kind}`)
    await server.finish(taskId)
    const documents = []
    for await (const status of client.watch(taskId, { transports: [kind] })) documents.push(status)
    expect(documents).toEqual([await client.status(taskId)])
    // Who has seen that already is told that there is no more.
    const [from] = documents
    const again = client.watch(taskId, { transports: [kind], from: from ?? null })
    const heard = hear(again)
    expect(await again.finished).toEqual(from)
    expect(heard.documents).toEqual([])
  })

  it('refuses a task that is not known', async () => {
    const watch = client.watch('nobody', { transports: [kind] })
    const heard = hear(watch)
    await expect(watch.finished).rejects.toMatchObject({ code: 'TASK_NOT_FOUND' })
    await expect(watch[Symbol.asyncIterator]().next()).rejects.toMatchObject({
      code: 'TASK_NOT_FOUND',
    })
    expect(heard.errors).toHaveLength(1)
    expect(heard.states).toEqual(['connecting', 'ended'])
  })

  it('goes on after a document that is known', async () => {
    const taskId = await server.start(`resumed_${kind}`)
    const from = await client.status(taskId)
    const watch = client.watch(taskId, { transports: [kind], from })
    const heard = hear(watch)
    await heard.until(({ states }) => states.length > 1)
    await server.finish(taskId)
    await watch.finished
    expect(heard.documents[0]?.seq).toBeGreaterThan(from.seq)
    expectWhole(heard, await client.status(taskId))
  })
})

it('follows by a WebSocket of `ws` as by the global one', async () => {
  const taskId = await server.start('by_ws')
  const own = createStatusClient({ baseUrl: server.url, WebSocket })
  const watch = own.watch(taskId, { transports: ['websocket'] })
  const heard = hear(watch)
  await heard.until(({ documents }) => documents.length > 0)
  await server.finish(taskId)
  await watch.finished
  expectWhole(heard, await client.status(taskId))
})

it('shows its credentials by events, or by a WebSocket that sends them', async () => {
  const guarded = await startIndexingServer({
    authorize: ({ headers }) =>
      headers.get('authorization') === 'Bearer t'
        ? { kind: 'allow' }
        : { kind: 'deny', status: 401 },
  })
  try {
    const headers = { authorization: 'Bearer t' }
    class SocketWithToken extends WebSocket {
      constructor(url: string) {
        super(url, { headers })
      }
    }
    const taskId = await guarded.start('guarded')
    const watches = [
      createStatusClient({ baseUrl: guarded.url, headers }).watch(taskId),
      createStatusClient({ baseUrl: guarded.url, headers, WebSocket: SocketWithToken }).watch(
        taskId,
      ),
    ]
    for (const watch of watches) await hear(watch).until(({ documents }) => documents.length > 0)
    expect(watches.map(({ transport }) => transport)).toEqual(['events', 'websocket'])
    await guarded.finish(taskId)
    for (const watch of watches) expect(await watch.finished).toMatchObject({ status: 'completed' })
    const stranger = createStatusClient({ baseUrl: guarded.url }).watch(taskId)
    await expect(stranger.finished).rejects.toMatchObject({ status: 401 })
  } finally {
    await guarded.close()
  }
})

describe('a reader', () => {
  it('gets the newest document each time, and the last', async () => {
    const taskId = await server.start('read')
    const seqs: number[] = []
    let last = null
    for await (const status of client.watch(taskId)) {
      seqs.push(status.seq)
      last = status
      server.embedder.letThrough(1)
    }
    expect(seqs.length).toBeGreaterThan(1)
    expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
    expect(last).toEqual(await client.status(taskId))
  })

  it('closes the watch by leaving the loop', async () => {
    const taskId = await server.start('left')
    const watch = client.watch(taskId)
    for await (const status of watch) if (status.taskId === taskId) break
    expect(watch.state).toBe('ended')
    await expect(watch.finished).rejects.toMatchObject({ code: 'CLOSED' })
    await server.finish(taskId)
  })

  it('gets the reason of the signal, at once and also where it was aborted before', async () => {
    const taskId = await server.start('aborted')
    const controller = new AbortController()
    const { signal } = controller
    const watch = client.watch(taskId, { signal })
    const states: string[] = []
    watch.on('state', (state) => states.push(state))
    const read = async () => {
      for await (const status of watch) {
        if (status.taskId === taskId) controller.abort(new Error('the page was left'))
      }
    }
    await expect(read()).rejects.toThrow('the page was left')
    await expect(watch.finished).rejects.toThrow('the page was left')
    expect(states).toEqual(['live', 'ended'])
    const late = client.watch(taskId, { signal })
    await expect(late[Symbol.asyncIterator]().next()).rejects.toThrow('the page was left')
    await server.finish(taskId)
  })
})

it('leaves no connection open when it is closed, at any time', async () => {
  const taskId = await server.start('closed')
  const watches = kinds.flatMap((kind) => [
    client.watch(taskId, { transports: [kind] }),
    client.watch(taskId, { transports: [kind] }),
  ])
  for (const [index, watch] of watches.entries()) {
    const heard = hear(watch)
    if (index % 2 === 0) await heard.until(({ documents }) => documents.length > 0)
    watch.close()
    watch.close()
    expect(heard.states.at(-1)).toBe('ended')
    await expect(watch.finished).rejects.toBeInstanceOf(StatusClientError)
  }
  await waitUntil(() => expect(server.busy()).toBe(0))
  await server.finish(taskId)
})
