import type { StatusSource } from '@cairn/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readEvents } from './read-events.test-support.ts'
import { readJson } from './read-json.test-support.ts'
import { createWorkbench, type Mounted, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
let mounted: Mounted
beforeEach(async () => {
  bench = createWorkbench()
  mounted = await bench.mount()
})
afterEach(() => bench.close())

test('sends the messages of the WebSocket, each with its seq as its id', async () => {
  const task = bench.task('t1')
  await task.begin()
  const stream = await readEvents(`${mounted.url}/status/t1/events`)
  expect(Object.fromEntries(stream.response.headers)).toMatchObject({
    'content-type': 'text/event-stream',
    'cache-control': 'no-store, no-transform',
    'x-accel-buffering': 'no',
  })
  await stream.until(({ id }) => id === '2')
  await task.stage('parsing')
  await task.complete()
  await stream.ended
  expect(stream.events).toMatchObject([
    { id: '2', data: { type: 'initial_status', task_id: 't1', seq: 2 } },
    { id: '3', data: { type: 'status_update', seq: 3, data: { current_stage: 'parsing' } } },
    { id: '4', data: { type: 'status_update', seq: 4, data: { status: 'completed' } } },
  ])
})

test('says at the beginning that there are no updates at the moment', async () => {
  const task = bench.task('t1')
  await task.begin()
  const watch: StatusSource['watch'] = (listener, options) => {
    const stop = bench.indexer.watch(listener, options)
    options?.onAvailability?.(new Error('The store is locked.'))
    return stop
  }
  const { url } = await bench.mount({
    source: Object.create(bench.indexer, { watch: { value: watch } }),
  })
  const stream = await readEvents(`${url}/status/t1/events`)
  await task.complete()
  await stream.ended
  expect(stream.events.map(({ data }) => data.type)).toEqual([
    'error',
    'initial_status',
    'status_update',
  ])
})

describe('a reader that comes back', () => {
  test('goes on after the last event that it has seen', async () => {
    const task = bench.task('t1')
    await task.begin()
    const stream = await readEvents(`${mounted.url}/status/t1/events`, { 'last-event-id': '2' })
    await task.complete()
    await stream.ended
    expect(stream.events).toMatchObject([{ id: '3', data: { type: 'status_update' } }])
  })

  test('with what it saw last, not with what its address began with', async () => {
    const task = bench.task('t1')
    await task.begin()
    const { epoch } = await readJson(`${mounted.url}/status/t1`)
    const url = `${mounted.url}/status/t1/events?since=1&epoch=${epoch}`
    const stream = await readEvents(url, { 'last-event-id': '2' })
    await task.complete()
    await stream.ended
    expect(stream.events.map(({ id }) => id)).toEqual(['3'])
  })

  test('after the end is told by 204 that there is no more', async () => {
    const task = bench.task('t1')
    await task.begin()
    await task.complete()
    const { response } = await readEvents(`${mounted.url}/status/t1/events`, {
      'last-event-id': '3',
    })
    expect(response.status).toBe(204)
    const late = await readEvents(`${mounted.url}/status/t1/events`, { 'last-event-id': '2' })
    await late.ended
    expect(late.events).toMatchObject([{ id: '3', data: { type: 'status_update' } }])
  })

  test('gets a fresh start where the log is another one', async () => {
    await bench.task('t1').begin()
    const url = `${mounted.url}/status/t1/events?epoch=of-another-log`
    const stream = await readEvents(url, { 'last-event-id': '2' })
    await stream.until(({ data }) => data.type === 'initial_status')
    stream.abort()
  })
})

test('silence is filled with heartbeats, with the seq of the last document as their id', async () => {
  const { url } = await bench.mount({ limits: { heartbeatMs: 20 } })
  await bench.task('t1').begin()
  const stream = await readEvents(`${url}/status/t1/events`)
  const heartbeat = await stream.until(({ data }) => data.type === 'heartbeat')
  expect(heartbeat).toMatchObject({ id: '2', data: { seq: 2 } })
  expect(heartbeat.data).not.toHaveProperty('task_id')
  stream.abort()
})

test('a server that shuts down ends the stream', async () => {
  await bench.task('t1').begin()
  const stream = await readEvents(`${mounted.url}/status/t1/events`)
  await stream.until(() => true)
  await mounted.server.close()
  await stream.ended
  const refused = await fetch(`${mounted.url}/status/t1/events`)
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
})

test('fetch gives the same stream, and notices that its reader has gone', async () => {
  const { server } = mounted
  const task = bench.task('t1')
  await task.begin()
  const controller = new AbortController()
  const request = new Request(`${mounted.url}/status/t1/events`, { signal: controller.signal })
  const response = await server.fetch(request)
  const reader = response.body?.getReader()
  const first = new TextDecoder().decode((await reader?.read())?.value)
  expect(first).toMatch(/^id: 2\ndata: \{"type":"initial_status","task_id":"t1","seq":2,/)
  controller.abort()
  expect(await reader?.read()).toMatchObject({ done: true })

  const whole = await server.fetch(new Request(`${mounted.url}/status/t1/events`))
  await task.complete()
  expect((await whole.text()).split('\n\n').filter(Boolean)).toHaveLength(2)

  const other = bench.task('t2')
  await other.begin()
  const cancelled = await server.fetch(new Request(`${mounted.url}/status/t2/events`))
  await cancelled.body?.cancel()
  await server.close()
})
