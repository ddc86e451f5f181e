import { afterEach, beforeEach, expect, test } from 'vitest'
import { readEvents } from './read-events.test-support.ts'
import { readSocket } from './read-socket.test-support.ts'
import { createWorkbench, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

/** What keeps or uses the process, by kind; what the store's threads have is there before and after. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const kind of process.getActiveResourcesInfo()) {
    if (/Timeout|TCP|Immediate/.test(kind)) counts[kind] = (counts[kind] ?? 0) + 1
  }
  return counts
}

test('close ends every stream and leaves no timer, socket or watch', async () => {
  const watches = { begun: 0, ended: 0 }
  const { indexer } = bench
  const source = new Proxy(indexer, {
    get(target, name: keyof typeof indexer) {
      if (name !== 'watch') return target[name]
      return (...parameters: Parameters<typeof indexer.watch>) => {
        watches.begun += 1
        const stop = target.watch(...parameters)
        return () => {
          watches.ended += 1
          stop()
        }
      }
    },
  })
  const task = bench.task('t1')
  await task.begin()
  const before = resources()
  const { server, httpServer, url, socketUrl } = await bench.mount({ source })
  const sockets = await Promise.all([
    ...Array.from({ length: 10 }, () => readSocket(`${socketUrl}/status/t1/stream`)),
    readSocket(`${socketUrl}/live-status`),
  ])
  const events = await readEvents(`${url}/status/t1/events`)
  await Promise.all([...sockets.map(({ until }) => until(() => true)), events.until(() => true)])
  expect(watches).toEqual({ begun: 1, ended: 0 })
  await server.close()
  expect(watches).toEqual({ begun: 1, ended: 1 })
  for (const { closed } of sockets) expect(await closed).toMatchObject({ code: 1012 })
  await events.ended
  httpServer.closeAllConnections()
  await new Promise((resolve) => {
    httpServer.close(resolve)
  })
  // fetch of Node keeps a timer of its own for a while.
  await expect.poll(() => resources().TCPServerWrap ?? 0).toBe(before.TCPServerWrap ?? 0)
  await expect.poll(() => resources().TCPSocketWrap ?? 0).toBe(before.TCPSocketWrap ?? 0)
  await server.close()
})
