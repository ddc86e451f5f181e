/** What a thousand readers of one task get, and what ten thousand leave behind. */
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { WebSocket } from 'ws'
import { type Measure, type ServerKind, startServer } from './serving-server.ts'

/** Readers of one task. */
export const readers = 1_000
const updates = 40
const updateEveryMs = 250

/** How updates came to their readers. */
export interface Broadcast {
  readonly p50Ms: number
  readonly p99Ms: number
  /** Readers that got the last document. */
  readonly told: number
  readonly addedBytes: number
  /** Beside the idle server, once those who do not read are gone and the others have closed. */
  readonly leftBytes: number
  readonly cut: number
}

/** 1,000 readers of one task, of which `deaf` do not read. */
export async function broadcast(kind: ServerKind, deaf: number): Promise<Broadcast> {
  const server = await startServer(kind)
  try {
    const idle = await server.measure()
    const delaysMs: number[] = []
    let told = 0
    let cut = 0
    const sockets = await Promise.all(
      Array.from({ length: readers }, async (_, index) => {
        // Not all at the same moment: the server's queue of connections has an end.
        await delay(index * 2)
        const socket = new WebSocket(`${server.url.replace('http', 'ws')}/status/task/stream`, {
          perMessageDeflate: false,
        })
        socket.on('message', (data: Buffer) => {
          const at = data.indexOf('sent ')
          if (at < 0) return
          const sent = BigInt(data.toString('latin1', at + 5, data.indexOf('.', at)))
          // What those who do not read had in their buffers comes when they are ended.
          if (index >= deaf) delaysMs.push(Number(process.hrtime.bigint() - sent) / 1e6)
          if (data.includes('"completed","current_stage":"completed"')) told++
        })
        socket.on('error', () => socket.terminate())
        socket.on('close', () => {
          if (index < deaf) cut++
        })
        await once(socket, 'message')
        if (index < deaf) rawSocket(socket).pause()
        return socket
      }),
    )
    await server.ask({ kind: 'updates', count: updates, everyMs: updateEveryMs })
    const full = await server.measure()
    // Longer than a reader may take nothing.
    await delay(deaf > 0 ? 14_000 : 1_000)
    for (const socket of sockets) socket.terminate()
    await delay(1_000)
    const after = await server.measure()
    const sorted = delaysMs.sort((one, other) => one - other)
    const at = (share: number): number => sorted[Math.floor(sorted.length * share)] ?? Number.NaN
    return {
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      told,
      cut,
      addedBytes: full.residentBytes - idle.residentBytes,
      leftBytes: after.heapBytes - idle.heapBytes,
    }
  } finally {
    await server.stop()
  }
}

function rawSocket(socket: WebSocket): Socket {
  return (socket as unknown as { _socket: Socket })._socket
}

/** What 10,000 connections leave behind. */
export async function churn(): Promise<{ before: Measure; after: Measure }> {
  const server = await startServer('cairn')
  const url = `${server.url.replace('http', 'ws')}/status/task/stream`
  const connectAll = async (times: number): Promise<void> => {
    for (let done = 0; done < times; done += 100) {
      await Promise.all(
        Array.from({ length: 100 }, async () => {
          const socket = new WebSocket(url, { perMessageDeflate: false })
          await once(socket, 'message')
          socket.close()
          await once(socket, 'close')
        }),
      )
    }
  }
  try {
    await connectAll(1_000)
    await delay(500)
    const before = await server.measure()
    await connectAll(10_000)
    await delay(500)
    return { before, after: await server.measure() }
  } finally {
    await server.stop()
  }
}
