import { afterEach, beforeEach, expect, test } from 'vitest'
import { readJson } from './read-json.test-support.ts'
import { readSocket } from './read-socket.test-support.ts'
import { createWorkbench, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

test('a run is read over REST, a WebSocket and Server-Sent Events, from its start to its end', async () => {
  const { url, socketUrl } = await bench.mount()
  const run = bench.indexer.index({ path: bench.repository('shop'), name: 'shop' })
  await new Promise((resolve) => run.once('run.queued', resolve))
  const socket = await readSocket(`${socketUrl}/status/${run.taskId}/stream`)
  const events = fetch(`${url}/status/${run.taskId}/events`).then((response) => response.text())

  await run.finished
  expect(await socket.closed).toMatchObject({ code: 1000 })
  const [first, ...rest] = socket.messages
  const last = rest.at(-1) ?? first
  expect(first).toMatchObject({ type: 'initial_status', task_id: run.taskId })
  expect(rest.every(({ type }) => type === 'status_update')).toBe(true)
  expect(last?.data).toMatchObject({ status: 'completed', overall_progress: 100 })

  const status = await readJson(`${url}/status/${run.taskId}`)
  expect(last?.data).toEqual(status)
  const lastEvent = (await events).split('\n\n').at(-2) ?? ''
  expect(lastEvent).toMatch(new RegExp(`^id: ${status.seq}\ndata: [{]`))
  expect(JSON.parse(lastEvent.replace(/^id: .*\ndata: /, ''))).toEqual({
    type: 'status_update',
    task_id: run.taskId,
    seq: status.seq,
    data: status,
  })

  const list = await readJson(`${url}/status`)
  expect(list).toMatchObject({
    total: 1,
    tasks: [{ task_id: run.taskId, repository_name: 'shop', status: 'completed' }],
    summary: { by_status: { completed: 1 }, processed_files: 3 },
    recent: [{ task_id: run.taskId }],
    next_cursor: null,
  })
})
