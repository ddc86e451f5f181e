import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createStatusClient, type StatusClient } from './create-status-client.ts'
import { createFaultProxy, type FaultProxy } from './fault-proxy.test-support.ts'
import { type IndexingServer, startIndexingServer } from './indexing-server.test-support.ts'
import type { TransportKind } from './transport.ts'
import { waitUntil } from './wait-until.test-support.ts'
import type { TaskListWatch } from './watch-tasks.ts'

let server: IndexingServer
let proxy: FaultProxy
let client: StatusClient

beforeEach(async () => {
  server = await startIndexingServer({ limits: { heartbeatMs: 40, updateIntervalMs: 1 } })
  proxy = await createFaultProxy(server.port)
  client = createStatusClient({
    baseUrl: server.url.replace(String(server.port), String(proxy.port)),
    watch: {
      connectTimeoutMs: 400,
      heartbeatTimeoutMs: 400,
      pollIntervalMs: 10,
      backoff: { minMs: 5, maxMs: 40 },
    },
  })
})
afterEach(async () => {
  client.close()
  await proxy.close()
  await server.close()
})

const statuses = (watch: TaskListWatch): unknown =>
  watch.tasks?.map(({ repositoryName, status }) => `${repositoryName} ${status}`)

describe.each<TransportKind>(['websocket', 'polling'])('by %s', (kind) => {
  it('shows the tasks that are there, those that come, and how they end', async () => {
    const first = await server.start('first')
    const watch = client.watchAll({}, { transports: [kind] })
    const states = [watch.state]
    watch.on('state', (state) => states.push(state))
    await waitUntil(() => expect(statuses(watch)).toEqual(['first in_progress']))
    const second = await server.start('second')
    await waitUntil(() => {
      expect(statuses(watch)).toEqual(['second in_progress', 'first in_progress'])
    })
    await server.finish(first)
    await server.finish(second)
    await waitUntil(() => {
      expect(statuses(watch)).toEqual(['second completed', 'first completed'])
    })
    expect(watch.tasks).toEqual((await client.list()).tasks)
    watch.close()
    expect(states).toEqual(['connecting', kind === 'polling' ? 'polling' : 'live', 'ended'])
    await waitUntil(() => expect(server.busy()).toBe(0))
  })
})

it('tells the whole document of each task that changes, in order', async () => {
  const taskId = await server.start('told')
  const watch = client.watchAll()
  const seqs: number[] = []
  watch.on('status', (status) => {
    if (status.taskId === taskId) seqs.push(status.seq)
  })
  await waitUntil(() => expect(watch.state).toBe('live'))
  await server.finish(taskId)
  const { seq } = await client.status(taskId)
  await waitUntil(() => expect(seqs.at(-1)).toBe(seq))
  expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b))
})

it('drops a task that leaves the filter, and those beyond the limit', async () => {
  await server.start('first', 1)
  const running = client.watchAll({ status: ['in_progress'] })
  const named = client.watchAll({ repository: 'second' })
  const newest = client.watchAll({ limit: 1 })
  await waitUntil(() => {
    expect([running, named, newest].map(statuses)).toEqual([
      ['first in_progress'],
      [],
      ['first in_progress'],
    ])
  })
  const second = await server.start('second', 1)
  await waitUntil(() => expect(running.tasks).toHaveLength(2))
  server.embedder.letThrough(1)
  await waitUntil(() => {
    expect([running, named, newest].map(statuses)).toEqual([
      ['second in_progress'],
      ['second in_progress'],
      ['second in_progress'],
    ])
  })
  await server.finish(second)
  await waitUntil(() => expect([running.tasks, newest.tasks?.length]).toEqual([[], 1]))
})

it('lists more tasks than one answer gives', async () => {
  const ids: string[] = []
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    ids.unshift(await server.start(name, 1))
    await server.finish(ids[0] ?? '')
  }
  const pages: string[] = []
  const small = createStatusClient({
    baseUrl: server.url,
    // A server may give fewer than it was asked for.
    fetch: (url, init) => {
      const address = new URL(String(url))
      address.searchParams.set('limit', '2')
      pages.push(address.search)
      return fetch(address, init)
    },
  })
  const watch = small.watchAll()
  await waitUntil(() => expect(watch.tasks?.map(({ taskId }) => taskId)).toEqual(ids))
  expect(pages).toHaveLength(3)
  small.close()
})

it('lists again after a reconnect what it has missed', async () => {
  const first = await server.start('first')
  const watch = client.watchAll()
  await waitUntil(() => expect(statuses(watch)).toEqual(['first in_progress']))
  proxy.refuse(true)
  proxy.cut()
  await waitUntil(() => expect(watch.state).toBe('reconnecting'))
  await server.finish(first)
  const second = await server.start('second')
  await server.finish(second)
  proxy.refuse(false)
  await waitUntil(() => {
    expect(statuses(watch)).toEqual(['second completed', 'first completed'])
  })
})

it('gives a reader the newest list, and is closed by leaving the loop', async () => {
  const taskId = await server.start('read')
  const watch = client.watchAll()
  for await (const tasks of watch) {
    if (tasks[0]?.status === 'completed') break
    if (tasks[0]?.status === 'in_progress') void server.finish(taskId)
  }
  expect(watch.state).toBe('ended')
  await waitUntil(() => expect(proxy.open()).toBeLessThanOrEqual(1))
})

it('ends with the reason of the signal', async () => {
  const controller = new AbortController()
  const watch = client.watchAll({}, { signal: controller.signal })
  const next = watch[Symbol.asyncIterator]().next()
  controller.abort(new Error('the page was left'))
  await expect(next).rejects.toThrow('the page was left')
  expect(watch.state).toBe('ended')
})
