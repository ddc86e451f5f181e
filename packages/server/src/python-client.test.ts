/** The example's client in Python, which is written by docs/protocol.md alone, against the real server. */
import { type ChildProcessByStdio, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { fetchPythonPackage } from '@cairn/servers'
import { fetchOrSkip } from '@cairn/servers/vitest'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RecordedTask } from './recorded-task.test-support.ts'
import { createWorkbench, type Workbench } from './workbench.test-support.ts'

const program = fileURLToPath(new URL('../../../examples/python-client/client.py', import.meta.url))

let bench: Workbench
let task: RecordedTask
let library: string
beforeEach(async (context) => {
  library = await fetchOrSkip(context, () =>
    fetchPythonPackage({
      title: 'websockets for Python',
      name: 'websockets',
      version: '16.0',
      python: '3.10',
    }),
  )
  bench = createWorkbench()
  task = bench.task('of/task 1')
  await task.begin()
})
afterEach(() => bench?.close())

const environment = () => ({ ...process.env, PYTHONPATH: library, NO_PROXY: '127.0.0.1' })

/** What one call of the client prints, line by line. */
async function ask(...words: string[]): Promise<readonly Record<string, unknown>[]> {
  const { stdout } = await promisify(execFile)('python3', [program, ...words], {
    env: environment(),
  })
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line))
}

/** The client while it watches. */
function watch(url: string, taskId: string) {
  const child: ChildProcessByStdio<null, Readable, null> = spawn(
    'python3',
    [program, url, 'watch', taskId],
    { env: environment(), stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const messages: { type: string; seq: number; data: Record<string, unknown> }[] = []
  createInterface(child.stdout).on('line', (line) => messages.push(JSON.parse(line)))
  return { messages, exited: once(child, 'close') }
}

/** Cuts every connection, as a network does: nobody says goodbye. */
function cutter(httpServer: Server): () => void {
  const sockets = new Set<Socket>()
  httpServer.on('connection', (socket) => sockets.add(socket))
  return () => {
    for (const socket of sockets) socket.resetAndDestroy()
    sockets.clear()
  }
}

test('it watches a task over a cut connection to its end, with nothing lost or doubled', async () => {
  const streams: URL[] = []
  const { httpServer, url } = await bench.mount({
    limits: { updateIntervalMs: 0 },
    authorize({ url: asked }) {
      streams.push(new URL(asked))
      return { kind: 'allow' }
    },
  })
  const cut = cutter(httpServer)
  const { messages, exited } = watch(url, task.taskId)
  await expect.poll(() => messages.length, { timeout: 60_000 }).toBe(1)
  await task.stage('parsing')
  await expect.poll(() => messages.at(-1)?.seq).toBe(task.seq())
  cut()
  await task.progress('parsing', 50)
  await expect.poll(() => messages.at(-1)?.seq, { timeout: 60_000 }).toBe(task.seq())
  const { seq, data } = messages.at(-2) ?? {}
  expect(streams.map(({ searchParams }) => Object.fromEntries(searchParams))).toEqual([
    {},
    { since: String(seq), epoch: data?.epoch },
  ])
  await task.complete()
  expect((await exited)[0]).toBe(0)
  expect(messages.map(({ type }) => type)).toEqual([
    'initial_status',
    'status_update',
    'status_update',
    'status_update',
  ])
  expect(messages.at(-1)).toMatchObject({
    seq: task.seq(),
    data: { status: 'completed', overall_progress: 100 },
  })
  expect(new Set(messages.map((message) => message.seq)).size).toBe(messages.length)
})

test('it lists tasks and entries of a log page by page, and says where one is', async () => {
  const { url } = await bench.mount()
  for (const id of ['t2', 't3', 't4']) {
    const other = bench.task(id)
    await other.begin()
    if (id === 't4') await other.complete()
  }
  const all = await ask(url, 'list', '--limit', '1')
  expect(all.map(({ task_id }) => task_id)).toEqual(['t4', 't3', 't2', task.taskId])
  const some = await ask(url, 'list', '--status', 'completed,failed')
  expect(some.map(({ task_id }) => task_id)).toEqual(['t4'])
  await task.warn('Strange.')
  const logs = await ask(url, 'logs', task.taskId, '--level', 'warning', '--limit', '1')
  expect(logs).toMatchObject([{ level: 'WARNING', message: 'Strange.' }])
  expect(await ask(url, 'status', task.taskId)).toMatchObject([
    { task_id: task.taskId, status: 'in_progress', warnings_count: 1 },
  ])
})

test('it cancels a task, and says what a refusal says', async () => {
  const { url } = await bench.mount({ source: bench.indexer, control: true })
  expect(await ask(url, 'cancel', task.taskId)).toMatchObject([
    { task_id: task.taskId, status: 'cancelled' },
  ])
  await expect(ask(url, 'cancel', 'nobody')).rejects.toMatchObject({
    stderr: expect.stringContaining('404 Not Found: No such task is known.'),
  })
  await expect(ask(url, 'watch', 'nobody')).rejects.toMatchObject({
    stderr: expect.stringContaining('4404'),
  })
})
