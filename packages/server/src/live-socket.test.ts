import { socketCommands } from '@cairn/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ReadSocket, readSocket } from './read-socket.test-support.ts'
import { createWorkbench, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

async function live(): Promise<ReadSocket> {
  const { socketUrl } = await bench.mount()
  return readSocket(`${socketUrl}/live-status`)
}

test('says what it can do, then follows the tasks that it is asked for', async () => {
  const one = bench.task('t1')
  const other = bench.task('t2')
  await one.begin()
  await other.begin()
  const socket = await live()
  expect(await socket.until(() => true)).toMatchObject({
    type: 'connection_info',
    supported_commands: socketCommands,
  })
  socket.send({ type: 'subscribe_task', task_id: 't1' })
  const first = await socket.until(({ task_id }) => task_id === 't1')
  expect(first).toMatchObject({ type: 'task_status', seq: 2, data: { task_id: 't1' } })
  await other.stage('parsing')
  await one.stage('parsing')
  await socket.until(({ type, seq }) => type === 'status_update' && seq === 3)
  socket.send({ type: 'unsubscribe_task', task_id: 't1' })
  socket.send({ type: 'subscribe_task', task_id: 't2' })
  await socket.until(({ task_id }) => task_id === 't2')
  await one.complete()
  await other.complete()
  await socket.until(({ task_id, seq }) => task_id === 't2' && seq === 4)
  expect(socket.messages.map(({ type, task_id, seq }) => [type, task_id, seq])).toEqual([
    ['connection_info', undefined, undefined],
    ['task_status', 't1', 2],
    ['status_update', 't1', 3],
    ['task_status', 't2', 3],
    ['status_update', 't2', 4],
  ])
})

test('an unknown task is told so, and the socket lives on', async () => {
  const socket = await live()
  socket.send({ type: 'subscribe_task', task_id: 'nobody' })
  expect(await socket.until(({ type }) => type === 'task_not_found')).toEqual({
    type: 'task_not_found',
    task_id: 'nobody',
    message: 'Task nobody not found',
  })
  socket.send({ type: 'ping' })
  await socket.until(({ type }) => type === 'pong')
})

test.each(['subscribe_task', 'unsubscribe_task'])(
  'a %s that names no task is told which member is wrong',
  async (type) => {
    const socket = await live()
    for (const message of [{ type, task_id: '' }, { type }, { type, task_id: 5 }]) {
      socket.send(message)
      socket.send({ type: 'ping' })
    }
    await expect.poll(() => socket.messages.length).toBe(7)
    const answers = socket.messages.slice(1).filter((message) => message.type !== 'pong')
    expect(answers).toEqual(
      Array.from({ length: 3 }, () => ({
        type: 'error',
        message: expect.stringMatching(/^The message is not of the documented shape\. task_id: /),
      })),
    )
  },
)

test('subscribe_all gives the tasks under way, and every one that begins', async () => {
  const running = bench.task('running')
  const ended = bench.task('ended')
  await running.begin()
  await ended.begin()
  await ended.complete()
  const socket = await live()
  socket.send({ type: 'subscribe_all' })
  await socket.until(({ task_id }) => task_id === 'running')
  const later = bench.task('later')
  await later.begin()
  await later.stage('parsing')
  await later.complete()
  await running.complete()
  await socket.until(({ data }) => data?.task_id === 'running' && data.status === 'completed')
  const ofTask = (taskId: string) =>
    socket.messages
      .filter(({ task_id }) => task_id === taskId)
      .map(({ type, data }) => [type, data?.current_stage])
  expect(ofTask('running')).toEqual([
    ['task_status', 'queued'],
    ['status_update', 'completed'],
  ])
  expect(ofTask('ended')).toEqual([])
  expect(ofTask('later').at(0)?.[0]).toBe('task_status')
  expect(ofTask('later').slice(-2)).toEqual([
    ['status_update', 'parsing'],
    ['status_update', 'completed'],
  ])
})

test('a heartbeat names neither a task nor a place in a log', async () => {
  const { socketUrl } = await bench.mount({ limits: { heartbeatMs: 20 } })
  const socket = await readSocket(`${socketUrl}/live-status`)
  const heartbeat = await socket.until(({ type }) => type === 'heartbeat')
  expect(Object.keys(heartbeat).sort()).toEqual(['timestamp', 'type'])
})

test('a socket subscribes to no more tasks than it may', async () => {
  const { socketUrl } = await bench.mount({ limits: { maxSubscriptions: 2 } })
  const socket = await readSocket(`${socketUrl}/live-status`)
  for (const taskId of ['t1', 't2', 't3']) {
    await bench.task(taskId).begin()
    socket.send({ type: 'subscribe_task', task_id: taskId })
  }
  expect(await socket.until(({ type }) => type === 'error')).toMatchObject({
    message: 'A socket may subscribe to at most 2 tasks.',
  })
  await socket.until(({ task_id }) => task_id === 't2')
  expect(socket.messages.some(({ task_id }) => task_id === 't3')).toBe(false)
})

test('a socket that follows all tasks leaves no more of them than it may, and is told so', async () => {
  const { socketUrl } = await bench.mount({ limits: { maxSubscriptions: 1 } })
  const socket = await readSocket(`${socketUrl}/live-status`)
  socket.send({ type: 'subscribe_all' })
  for (const taskId of ['t1', 't1', 't2']) {
    socket.send({ type: 'unsubscribe_task', task_id: taskId })
  }
  expect(await socket.until(({ type }) => type === 'error')).toMatchObject({
    message: 'A socket may leave at most 1 of all tasks.',
  })
  for (const taskId of ['t1', 't2']) await bench.task(taskId).begin()
  await socket.until(({ task_id }) => task_id === 't2')
  expect(socket.messages.filter(({ type }) => type === 'error')).toHaveLength(1)
  expect(socket.messages.some(({ task_id }) => task_id === 't1')).toBe(false)
})
