import { pathToFileURL } from 'node:url'
import { isTerminal } from '@cairn/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readEvents } from './read-events.test-support.ts'
import { readSocket } from './read-socket.test-support.ts'
import { createWorkbench, type Workbench } from './workbench.test-support.ts'

const password = 'hunter2-secret'
const trace = 'Error: it broke\n    at run (/srv/app/src/run.ts:1:1)'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

/** Everything that a server says of tasks that failed, and of requests that do. */
async function everything(): Promise<string> {
  const { url, socketUrl } = await bench.mount({
    source: bench.indexer,
    control: true,
    allowedRoots: [bench.folder],
  })
  const task = bench.task('broken')
  await task.begin()
  const live = await readSocket(`${socketUrl}/live-status`)
  live.send({ type: 'subscribe_task', task_id: 'broken' })
  await live.until(({ type }) => type === 'task_status')
  await task.fail('It broke. Cannot open /srv/my own app/shop.db', trace)
  await live.until(({ data }) => data?.status === 'failed')
  const shop = bench.repository('shop')
  await bench.indexer.index({ path: shop, name: 'shop' }).finished
  await bench.indexer.index({ url: pathToFileURL(shop).href, name: 'cloned' }).finished
  const noRepository = pathToFileURL(bench.folder).href
  const headers = { 'content-type': 'application/json' }
  const ask = async (method: string, path: string, body?: unknown): Promise<string> => {
    const response = await fetch(url + path, {
      method,
      ...(body === undefined ? {} : { headers, body: JSON.stringify(body) }),
    })
    return JSON.stringify([...response.headers]) + (await response.text())
  }
  const remote = { name: 'away', url: `http://user:${password}@127.0.0.1:1/away.git` }
  const said = [
    await ask('POST', '/repository', remote),
    await ask('POST', '/repository?dry_run=true', remote),
    await ask('POST', '/repository', { name: 'missing', url: noRepository }),
    await ask('POST', '/repository/local', { name: 'x', local_path: '/etc/passwd' }),
    await ask('DELETE', '/repository/none'),
    await ask('POST', '/repository/local?dry_run=true', { name: 'plan', local_path: shop }),
    await ask('POST', '/filter', {}),
    await ask('POST', '/search', { query: 'parse a price' }),
  ]
  const tasks = await bench.indexer.tasks()
  const isOver = async (taskId: string): Promise<boolean> =>
    isTerminal((await bench.indexer.status(taskId)).status)
  for (const { taskId } of tasks.tasks) {
    await expect.poll(() => isOver(taskId), { timeout: 60_000 }).toBe(true)
    said.push(await ask('GET', `/status/${taskId}`), await ask('GET', `/status/${taskId}/logs`))
    const socket = await readSocket(`${socketUrl}/status/${taskId}/stream`)
    const events = await readEvents(`${url}/status/${taskId}/events`)
    await Promise.all([socket.closed, events.ended])
    said.push(JSON.stringify(socket.messages), JSON.stringify(events.events))
  }
  for (const path of [
    '/status',
    '/statistics',
    '/repositories',
    '/repositories/shop',
    '/repositories/cloned',
    '/metrics/stages',
    '/openapi.json',
  ]) {
    said.push(await ask('GET', path))
  }
  said.push(JSON.stringify(live.messages))
  live.socket.close()
  return said.join('\n')
}

test('no credential, stack trace or path of the host is in anything that is sent', async () => {
  const said = await everything()
  expect(said).toContain('It broke. Cannot open …/shop.db')
  expect(said).not.toContain(password)
  expect(said).not.toMatch(/srv|own app/)
  expect(said).toContain('"path":"shop"')
  expect(said).toContain('"url":"file:///shop"')
  const around = said.split(bench.folder).map((part) => part.slice(-80))
  expect(around.slice(0, -1)).toEqual([])
  expect(said).not.toMatch(/node_modules|packages\/(core|server)|\.ts:\d/)
})

test('stack traces are sent where the host asks for it', async () => {
  const { url } = await bench.mount({ exposeStackTraces: true })
  const task = bench.task('broken')
  await task.begin()
  await task.fail('It broke.', trace)
  expect(await (await fetch(`${url}/status/broken`)).json()).toMatchObject({
    errors: [{ stack_trace: trace }],
  })
})
