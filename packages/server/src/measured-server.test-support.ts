/** A status server in a process of its own, which tells what it holds: run by `fork` with `--expose-gc`. */
import { createHook } from 'node:async_hooks'
import { createWorkbench } from './workbench.test-support.ts'

/** What a process holds. */
export interface Holdings {
  readonly heapBytes: number
  /** Timers that run, also those that do not keep the process. */
  readonly timers: number
  readonly listeners: number
  readonly sockets: number
}

/** What the process says: where it listens, and what it holds when it is asked. */
export type Said = { readonly url: string; readonly socketUrl: string } | Holdings

const timers = new Set<number>()
createHook({
  init(id, type) {
    if (type === 'Timeout' || type === 'Immediate') timers.add(id)
  },
  destroy: (id) => timers.delete(id),
}).enable()

const bench = createWorkbench()
await bench.task('t1').begin()
const { httpServer, url, socketUrl } = await bench.mount()
const say = (said: Said): void => {
  process.send?.(said)
}

process.on('message', () => {
  httpServer.getConnections((error, sockets) => {
    if (error) throw error
    globalThis.gc?.()
    say({
      heapBytes: process.memoryUsage().heapUsed,
      timers: timers.size,
      listeners: httpServer
        .eventNames()
        .reduce((sum, event) => sum + httpServer.listenerCount(event), 0),
      sockets,
    })
  })
})
process.on('disconnect', () => bench.close())
say({ url, socketUrl })
