import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import type { Holdings, Said } from './measured-server.test-support.ts'
import { readEvents } from './read-events.test-support.ts'
import { readSocket } from './read-socket.test-support.ts'

const program = fileURLToPath(new URL('./measured-server.test-support.ts', import.meta.url))

/** Readers of every kind come, get their first message, and go in every way. */
async function comeAndGo({ url, socketUrl }: { url: string; socketUrl: string }): Promise<void> {
  const readers = await Promise.all(
    Array.from({ length: 25 }, async (_, index) => {
      if (index % 5 === 0) {
        const events = await readEvents(`${url}/status/t1/events`)
        await events.until(() => true)
        return events.abort
      }
      const paths = ['/status/t1/stream', '/live-status', '/status/nobody/stream']
      const { socket, until, send } = await readSocket(`${socketUrl}${paths[index % 3]}`)
      await until(() => true)
      if (index % 3 === 1) {
        send({ type: 'subscribe_task', task_id: 't1' })
        send({ type: 'subscribe_all' })
        await until(({ type }) => type === 'task_status')
      }
      return () => (index % 2 === 0 ? socket.terminate() : socket.close())
    }),
  )
  for (const leave of readers) leave()
}

test('a thousand readers that come and go leave no memory, timer, listener or socket', async (context) => {
  const child = fork(program, [], {
    execArgv: [
      '--expose-gc',
      '--conditions=@cairn/source',
      '--disable-warning=ExperimentalWarning',
    ],
  })
  const exited = once(child, 'exit')
  context.onTestFinished(async () => {
    if (child.connected) child.disconnect()
    await exited
  })
  const [address] = (await once(child, 'message')) as [Extract<Said, { url: string }>]
  const measure = async (): Promise<Holdings> => {
    child.send('measure')
    const [holdings] = (await once(child, 'message')) as [Holdings]
    return holdings
  }
  const rest = async (): Promise<Holdings> => {
    await expect.poll(async () => (await measure()).sockets, { timeout: 30_000 }).toBe(0)
    return measure()
  }

  // What is made once, and code that is compiled when it is run often.
  for (let round = 0; round < 10; round += 1) await comeAndGo(address)
  const before = await rest()
  for (let round = 0; round < 40; round += 1) await comeAndGo(address)
  const after = await rest()
  expect(after.listeners).toBe(before.listeners)
  await expect
    .poll(async () => (await measure()).timers, { timeout: 30_000 })
    .toBeLessThanOrEqual(before.timers)
  // Half a kilobyte for each would be more.
  await expect
    .poll(async () => (await measure()).heapBytes - before.heapBytes, { timeout: 30_000 })
    .toBeLessThan(500_000)
  child.disconnect()
  expect(await exited).toEqual([0, null])
})
