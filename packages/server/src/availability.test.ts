import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { renameSync } from 'node:fs'
import { join } from 'node:path'
import { createIndexer, StoreError } from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import type { StatusSource, StatusWatchOptions } from '@cairn/protocol'
import { sqlite } from '@cairn/store-sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { readJson } from './read-json.test-support.ts'
import { readSocket } from './read-socket.test-support.ts'
import { createWorkbench, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

/** The workbench's indexer, with a store that the test takes away and gives back. */
function breakable(): { source: StatusSource; fail(): void; recover(): void } {
  const { indexer } = bench
  let failure: Error | null = null
  const told: StatusWatchOptions['onAvailability'][] = []
  const tell = (error: Error | null): void => {
    failure = error
    for (const onAvailability of told) onAvailability?.(error)
  }
  const source: StatusSource = new Proxy(indexer, {
    get(target, name: keyof StatusSource) {
      if (name === 'watch') {
        return (...[listener, options = {}]: Parameters<StatusSource['watch']>) => {
          told.push(options.onAvailability)
          return target.watch((status) => {
            if (!failure) listener(status)
          }, options)
        }
      }
      return (...parameters: never[]) => {
        if (failure) return Promise.reject(failure)
        return (target[name] as (...given: never[]) => unknown)(...parameters)
      }
    },
  })
  return {
    source,
    fail: () =>
      tell(new StoreError('STORE_LOCKED', `${bench.folder}/data/cairn.db is locked by process 7.`)),
    recover: () => tell(null),
  }
}

test('a store that cannot be read is 503, told to sockets, and recovered from', async () => {
  const store = breakable()
  const { url, socketUrl } = await bench.mount({ source: store.source })
  const task = bench.task('t1')
  await task.begin()
  const socket = await readSocket(`${socketUrl}/status/t1/stream`)
  const live = await readSocket(`${socketUrl}/live-status`)
  live.send({ type: 'subscribe_task', task_id: 't1' })
  live.send({ type: 'subscribe_all' })
  await socket.until(({ type }) => type === 'initial_status')
  await live.until(({ type }) => type === 'task_status')

  store.fail()
  for (const path of [
    '/status',
    '/status/t1',
    '/status/t1/logs',
    '/status/t1/events',
    '/statistics',
  ]) {
    const response = await fetch(url + path)
    expect([path, response.status, response.headers.get('retry-after')]).toEqual([path, 503, '5'])
    const text = await response.text()
    expect(JSON.parse(text)).toMatchObject({ code: 'STORE_LOCKED' })
    expect(text).not.toContain(bench.folder)
  }
  const message = 'Another process writes to the store. Updates go on when it can be read again.'
  for (const each of [socket, live]) await each.until((sent) => sent.message === message)
  expect(live.messages.filter(({ type }) => type === 'error')).toHaveLength(1)
  const late = await readSocket(`${socketUrl}/status/t1/stream`)
  expect(await late.closed).toMatchObject({ code: 1012 })

  await task.stage('parsing')
  store.recover()
  await socket.until(({ seq }) => seq === 3)
  await live.until(({ seq }) => seq === 3)
  expect(await readJson(`${url}/status/t1`)).toMatchObject({ seq: 3 })
  await task.complete()
  expect(await socket.closed).toMatchObject({ code: 1000 })
  for (const each of [socket, live]) {
    const seqs = each.messages.flatMap(({ seq }) => seq ?? [])
    expect(seqs).toEqual([...new Set(seqs)])
  }
})

test('who asked for all tasks while the store was away is told of them when it is back', async () => {
  const store = breakable()
  const { socketUrl } = await bench.mount({ source: store.source })
  await bench.task('t1').begin()
  store.fail()
  const live = await readSocket(`${socketUrl}/live-status`)
  live.send({ type: 'subscribe_all' })
  await live.until(({ type }) => type === 'error')
  store.recover()
  await live.until(({ type, task_id: taskId }) => type === 'task_status' && taskId === 't1')
})

test('who subscribes to a task while the store is away is told which one to ask for again', async () => {
  const store = breakable()
  const { socketUrl } = await bench.mount({ source: store.source })
  await bench.task('t1').begin()
  store.fail()
  const live = await readSocket(`${socketUrl}/live-status`)
  live.send({ type: 'subscribe_task', task_id: 't1' })
  await live.until(({ type, task_id: taskId }) => type === 'error' && taskId === 't1')
  store.recover()
  live.send({ type: 'subscribe_task', task_id: 't1' })
  await live.until(({ type, task_id: taskId }) => type === 'task_status' && taskId === 't1')
})

test('a store that is not there yet has no tasks', async () => {
  const { url } = await bench.mount()
  expect(await readJson(`${url}/status`)).toMatchObject({ total: 0, tasks: [] })
  renameSync(bench.folder, `${bench.folder}-moved`)
  renameSync(`${bench.folder}-moved`, bench.folder)
  expect((await fetch(`${url}/status/t1`)).status).toBe(404)
})

test('a task whose process was killed ends as interrupted for those who read, without a writer', async () => {
  const { url, socketUrl } = await bench.mount()
  const script = `
    import { createIndexer } from '@cairn/core'
    import { sqlite } from '@cairn/store-sqlite'
    import { staticEmbedder } from '@cairn/embedder-static'
    const [path, data] = process.argv.slice(1)
    const storage = sqlite({ path: data + '/cairn.db' })
    const indexer = createIndexer({ storage, embedder: staticEmbedder(), cloneDirectory: data })
    const run = indexer.index({ path, name: 'shop' })
    run.on('event', ({ type, stage }) => {
      if (type !== 'stage.started' || stage !== 'storing') return
      process.stdout.write(run.taskId + '\\n')
      // Whoever killed it has seen the task.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
    })
  `
  const child = spawn(
    process.execPath,
    [
      ...['--conditions=@cairn/source', '--disable-warning=ExperimentalWarning'],
      ...['--input-type=module', '-e', script],
      ...[bench.repository('shop'), join(bench.folder, 'data')],
    ],
    { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const closed = once(child, 'close')
  const [line] = await once(child.stdout, 'data')
  const taskId = String(line).trim()
  const socket = await readSocket(`${socketUrl}/status/${taskId}/stream`)
  await socket.until(({ data }) => data?.status === 'in_progress')
  child.kill('SIGKILL')
  await closed
  expect(await socket.closed).toMatchObject({ code: 1000 })
  const ended = { status: 'failed', errors: [{ error_type: 'RUN_INTERRUPTED' }] }
  expect(socket.messages.at(-1)?.data).toMatchObject(ended)
  expect(await readJson(`${url}/status/${taskId}`)).toMatchObject(ended)
  expect(await readJson(`${url}/status`)).toMatchObject({ summary: { by_status: { failed: 1 } } })
  // Nobody holds the store because of that.
  const writer = sqlite({ path: join(bench.folder, 'data', 'cairn.db') })
  await writer.journal.acquireWriter()
  await writer.close()
})

test('a closed indexer is 503', async () => {
  const { url, socketUrl } = await bench.mount()
  await bench.indexer.close()
  expect((await fetch(`${url}/status`)).status).toBe(503)
  const socket = await readSocket(`${socketUrl}/status/t1/stream`)
  expect(await socket.closed).toMatchObject({ code: 1012 })
})

test('two servers on one journal show the same, live', async () => {
  const storage = sqlite({ path: join(bench.folder, 'data', 'cairn.db') })
  const embedder = staticEmbedder({ threads: 1 })
  const other = createIndexer({ storage, embedder, cloneDirectory: join(bench.folder, 'clones') })
  try {
    const one = await bench.mount()
    const two = await bench.mount({ source: other })
    const task = bench.task('t1')
    await task.begin()
    const sockets = await Promise.all(
      [one, two].map(({ socketUrl }) => readSocket(`${socketUrl}/status/t1/stream`)),
    )
    for (const socket of sockets) await socket.until(({ type }) => type === 'initial_status')
    await task.stage('parsing')
    await task.complete()
    const seen = []
    for (const socket of sockets) {
      expect(await socket.closed).toMatchObject({ code: 1000 })
      seen.push(socket.messages.at(-1)?.data)
    }
    expect(seen[0]).toEqual(seen[1])
    expect(await readJson(`${one.url}/status/t1`)).toEqual(await readJson(`${two.url}/status/t1`))
  } finally {
    await Promise.resolve()
    await bench.indexer.close()
    await other.close()
    await embedder.close?.()
    await storage.close()
  }
})
