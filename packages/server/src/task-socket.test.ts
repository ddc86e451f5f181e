import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readJson } from './read-json.test-support.ts'
import { type ReadSocket, readSocket, type WireMessage } from './read-socket.test-support.ts'
import { createWorkbench, type Mounted, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
let mounted: Mounted
beforeEach(async () => {
  bench = createWorkbench()
  mounted = await bench.mount()
})
afterEach(() => bench.close())

const stream = (taskId: string, query = ''): Promise<ReadSocket> =>
  readSocket(`${mounted.socketUrl}/status/${taskId}/stream${query}`)

const seqs = (messages: readonly WireMessage[]): (number | undefined)[] =>
  messages.map(({ seq }) => seq)

test('the first message is the document, and every change of stage follows', async () => {
  const task = bench.task('t1')
  await task.begin()
  const socket = await stream('t1')
  const first = await socket.until(() => true)
  expect(first).toMatchObject({ type: 'initial_status', task_id: 't1', seq: 2 })
  expect(first.data).toEqual(await readJson(`${mounted.url}/status/t1`))
  for (const stage of ['analyzing', 'parsing', 'embedding', 'storing'] as const) {
    await task.stage(stage)
  }
  await task.complete()
  expect(await socket.closed).toMatchObject({ code: 1000 })
  expect(socket.messages.map(({ type, data }) => [type, data?.current_stage])).toEqual([
    ['initial_status', 'queued'],
    ['status_update', 'analyzing'],
    ['status_update', 'parsing'],
    ['status_update', 'embedding'],
    ['status_update', 'storing'],
    ['status_update', 'completed'],
  ])
  expect(seqs(socket.messages)).toEqual([2, 3, 4, 5, 6, 7])
})

test('an unknown task is told so and closed with 4404', async () => {
  const socket = await stream('nobody')
  expect(await socket.closed).toMatchObject({ code: 4404 })
  expect(socket.messages).toEqual([{ type: 'error', message: 'Task nobody not found' }])
})

test('an ended task sends its one document and closes', async () => {
  const task = bench.task('t1')
  await task.begin()
  await task.complete()
  const socket = await stream('t1')
  expect(await socket.closed).toMatchObject({ code: 1000 })
  expect(socket.messages).toMatchObject([{ type: 'initial_status', seq: 3 }])
})

describe('a reader that comes back', () => {
  const epochOf = async (taskId: string): Promise<unknown> =>
    (await readJson(`${mounted.url}/status/${taskId}`)).epoch

  test('gets nothing again that it has seen', async () => {
    const task = bench.task('t1')
    await task.begin()
    const socket = await stream('t1', `?since=2&epoch=${await epochOf('t1')}`)
    await task.stage('parsing')
    await socket.until(({ seq }) => seq === 3)
    await task.complete()
    await socket.closed
    expect(socket.messages.map(({ type, seq }) => [type, seq])).toEqual([
      ['status_update', 3],
      ['status_update', 4],
    ])
  })

  test('gets the newest document at once where it has missed something', async () => {
    const task = bench.task('t1')
    await task.begin()
    await task.stage('parsing')
    const socket = await stream('t1', `?since=1&epoch=${await epochOf('t1')}`)
    expect(await socket.until(() => true)).toMatchObject({ type: 'status_update', seq: 3 })
  })

  test('gets a fresh start where the log is another one', async () => {
    const task = bench.task('t1')
    await task.begin()
    const socket = await stream('t1', '?since=2&epoch=of-another-log')
    expect(await socket.until(() => true)).toMatchObject({ type: 'initial_status', seq: 2 })
    const ahead = await stream('t1', '?since=99')
    expect(await ahead.until(() => true)).toMatchObject({ type: 'initial_status', seq: 2 })
  })

  test('gets nothing after the end that it has seen, and is closed', async () => {
    const task = bench.task('t1')
    await task.begin()
    await task.complete()
    const socket = await stream('t1', `?since=3&epoch=${await epochOf('t1')}`)
    expect(await socket.closed).toMatchObject({ code: 1000 })
    expect(socket.messages).toEqual([])
  })

  test('gets the end that it has missed, and is closed', async () => {
    const task = bench.task('t1')
    await task.begin()
    await task.complete()
    const socket = await stream('t1', `?since=2&epoch=${await epochOf('t1')}`)
    expect(await socket.closed).toMatchObject({ code: 1000 })
    expect(socket.messages).toMatchObject([{ type: 'status_update', seq: 3 }])
  })
})

test('resuming anywhere in a run gives what an uninterrupted reader gets, and nothing twice', async () => {
  const { indexer } = bench
  const run = indexer.index({ path: bench.repository('shop'), name: 'shop' })
  await new Promise((resolve) => run.once('run.queued', resolve))
  const seen: WireMessage[] = []
  let query = ''
  for (;;) {
    const socket = await stream(run.taskId, query)
    const message = await socket.until(() => true).catch(() => null)
    if (message) seen.push(message)
    const status = message?.data?.status ?? 'completed'
    socket.socket.terminate()
    if (status === 'completed') break
    query = `?since=${message?.seq}&epoch=${message?.data?.epoch}`
  }
  await run.finished
  const numbers = seqs(seen).map(Number)
  expect(numbers).toEqual([...new Set(numbers)].sort((one, other) => one - other))
  expect(seen.at(-1)?.data).toEqual(await readJson(`${mounted.url}/status/${run.taskId}`))
})

test('answers a ping, says what is no JSON or not for it, and lives on', async () => {
  const task = bench.task('t1')
  await task.begin()
  const socket = await stream('t1')
  socket.send({ type: 'ping' })
  const pong = await socket.until(({ type }) => type === 'pong')
  expect(Date.parse(pong.timestamp ?? '')).not.toBeNaN()
  socket.send('{"type":')
  await socket.until(({ message }) => message === 'The message is not JSON.')
  socket.socket.send(Buffer.from([1, 2, 3]))
  await socket.until(({ message }) => /not binary/.test(message ?? ''))
  socket.send({ type: 'subscribe_task', task_id: 't2' })
  await socket.until(({ message }) => /live-status/.test(message ?? ''))
  socket.send({ type: 'dance' })
  await socket.until(({ message }) => /ping, subscribe_task/.test(message ?? ''))
  await task.complete()
  expect(await socket.closed).toMatchObject({ code: 1000 })
})

test('silence is filled with heartbeats, which name no task', async () => {
  const { socketUrl } = await bench.mount({ limits: { heartbeatMs: 30 } })
  await bench.task('t1').begin()
  const socket = await readSocket(`${socketUrl}/status/t1/stream`)
  let pings = 0
  socket.socket.on('ping', () => {
    pings += 1
  })
  // Under load there may be silence before the first document too.
  const heartbeat = await socket.until(({ type, seq }) => type === 'heartbeat' && seq === 2)
  expect(Object.keys(heartbeat).sort()).toEqual(['seq', 'timestamp', 'type'])
  await expect.poll(() => pings).toBeGreaterThan(1)
  await expect
    .poll(() => socket.messages.filter(({ type }) => type === 'heartbeat').length)
    .toBeGreaterThan(2)
})

test('a server that shuts down closes with 1012', async () => {
  await bench.task('t1').begin()
  const socket = await stream('t1')
  await socket.until(() => true)
  await mounted.server.close()
  expect(await socket.closed).toMatchObject({ code: 1012 })
  await expect(stream('t1')).rejects.toThrow('503')
})
