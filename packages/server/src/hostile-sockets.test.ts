import { once } from 'node:events'
import { connect } from 'node:net'
import type { StatusSource } from '@cairn/protocol'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { StatusServerOptions } from './options.ts'
import { clientFrame, closeCode, handshake, opcodes, rawSocket } from './raw-socket.test-support.ts'
import { readEvents } from './read-events.test-support.ts'
import { type ReadSocket, readSocket } from './read-socket.test-support.ts'
import type { RecordedTask } from './recorded-task.test-support.ts'
import { createWorkbench, type Mounted, type Workbench } from './workbench.test-support.ts'

let bench: Workbench
let task: RecordedTask
beforeEach(async () => {
  bench = createWorkbench()
  task = bench.task('t1')
  await task.begin()
})
afterEach(() => bench.close())

const path = '/status/t1/stream'
const mount = (limits: NonNullable<StatusServerOptions['limits']> = {}): Promise<Mounted> =>
  bench.mount({ limits })

/** A reader that does nothing wrong, for whom nothing may change. */
async function goodReader({ socketUrl }: Mounted): Promise<ReadSocket> {
  const reader = await readSocket(socketUrl + path)
  await reader.until(({ type }) => type === 'initial_status')
  return reader
}

async function stillServes(reader: ReadSocket): Promise<void> {
  await task.complete()
  expect(await reader.closed).toMatchObject({ code: 1000 })
  expect(reader.messages.at(-1)?.data).toMatchObject({ status: 'completed' })
}

const openSockets = ({ httpServer }: Mounted): Promise<number> =>
  new Promise((resolve, reject) => {
    httpServer.getConnections((error, count) => (error ? reject(error) : resolve(count)))
  })

describe('a client is closed with the code for what it does', () => {
  const frames = {
    'a message over 4 KiB': [1009, () => [clientFrame(opcodes.text, 'x'.repeat(4_097))]],
    'a message over 4 KiB in parts': [
      1009,
      () => [
        clientFrame(opcodes.text, 'x'.repeat(2_000), false),
        clientFrame(opcodes.continuation, 'x'.repeat(2_000), false),
        clientFrame(opcodes.continuation, 'x'.repeat(2_000), false),
      ],
    ],
    'a message of endless empty parts': [
      1008,
      () => [
        clientFrame(opcodes.text, '', false),
        ...Array.from({ length: 1_000 }, () => clientFrame(opcodes.continuation, '', false)),
      ],
    ],
    'a length that nobody can send': [
      1009,
      () => [Buffer.from([0x81, 0xff, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0])],
    ],
    'a text that is no UTF-8': [1007, () => [clientFrame(opcodes.text, Buffer.from([0xff, 0xfe]))]],
    'a part that continues nothing': [1002, () => [clientFrame(opcodes.continuation, 'x')]],
    'an unknown opcode': [1002, () => [clientFrame(3, 'x')]],
    'a frame without a mask': [1002, () => [Buffer.from([0x81, 0x01, 0x78])]],
    'pings in a flood': [
      1008,
      () => Array.from({ length: 200 }, () => clientFrame(opcodes.ping, 'x'.repeat(125))),
    ],
    'answers to pings that nobody sent': [
      1008,
      () => Array.from({ length: 200 }, () => clientFrame(opcodes.pong)),
    ],
    'messages in a flood': [
      1008,
      () => Array.from({ length: 200 }, () => clientFrame(opcodes.text, '{"type":"ping"}')),
    ],
  } as const satisfies Record<string, readonly [number, () => Buffer[]]>

  test.each(Object.entries(frames))('%s', async (_what, [code, make]) => {
    const mounted = await mount()
    const good = await goodReader(mounted)
    const { socket, received, closed } = await rawSocket(mounted, path)
    for (const frame of make()) socket.write(frame)
    await closed
    const sent = closeCode(received())
    expect(sent).toBe(code)
    await stillServes(good)
  })
})

describe('a client is cut off', () => {
  test('that does not answer pings', async () => {
    const mounted = await mount({ heartbeatMs: 20, stallAfterMs: 100 })
    const good = await goodReader(mounted)
    const { closed, received } = await rawSocket(mounted, path)
    await closed
    expect(closeCode(received())).toBeNull()
    await stillServes(good)
  })

  test('that is half open: its side is closed, and it reads on', async () => {
    const mounted = await mount()
    const good = await goodReader(mounted)
    const { socket, closed } = await rawSocket(mounted, path)
    socket.end()
    await closed
    await stillServes(good)
  })

  test('that vanishes with a reset', async () => {
    const mounted = await mount()
    const good = await goodReader(mounted)
    const before = await openSockets(mounted)
    const { socket } = await rawSocket(mounted, path)
    socket.resetAndDestroy()
    await expect.poll(() => openSockets(mounted)).toBe(before)
    await stillServes(good)
  })

  test('that closes without waiting for the answer', async () => {
    const mounted = await mount()
    const good = await goodReader(mounted)
    const { socket, closed } = await rawSocket(mounted, path)
    socket.write(clientFrame(opcodes.close, Buffer.from([0x03, 0xe8])))
    await closed
    await stillServes(good)
  })
})

describe('a handshake', () => {
  test('that is never finished takes no place of the others', async () => {
    const mounted = await mount({ maxConnections: 1 })
    const unfinished = connect(mounted.port, '127.0.0.1')
    unfinished.on('error', () => undefined)
    unfinished.write(handshake(mounted, path).slice(0, -4))
    await once(unfinished, 'ready')
    await stillServes(await goodReader(mounted))
    unfinished.destroy()
  })

  test('whose client is gone before it is let in takes none either', async () => {
    let letIn: (() => void) | null = null
    let isFirst = true
    const mounted = await bench.mount({
      limits: { maxConnections: 1 },
      authorize: async () => {
        if (isFirst) {
          isFirst = false
          await new Promise<void>((resolve) => {
            letIn = resolve
          })
        }
        return { kind: 'allow' }
      },
    })
    const gone = connect(mounted.port, '127.0.0.1')
    gone.write(handshake(mounted, path))
    await expect.poll(() => letIn).not.toBeNull()
    gone.resetAndDestroy()
    await expect.poll(() => openSockets(mounted)).toBe(0)
    const finish = letIn as (() => void) | null
    finish?.()
    await stillServes(await goodReader(mounted))
  })

  test.each([
    ['of another version', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Version: 7', 426],
    ['without a version', /Sec-WebSocket-Version: .*\r\n/, '', 426],
    ['without a key', /Sec-WebSocket-Key: .*\r\n/, '', 400],
    ['with a key that is none', /Sec-WebSocket-Key: .*\r\n/, 'Sec-WebSocket-Key: x\r\n', 400],
    ['by POST', 'GET', 'POST', 405],
    ['to two protocols', 'Upgrade: websocket', 'Upgrade: websocket, x', 400],
    ['to another protocol', 'Upgrade: websocket', 'Upgrade: telnet', 426],
  ])('%s is refused and takes none', async (what, from, to, status) => {
    const mounted = await mount({ maxConnections: 1 })
    const socket = connect(mounted.port, '127.0.0.1')
    socket.write(handshake(mounted, path).replace(from, to))
    let text = ''
    for await (const part of socket) text += part
    const [head = '', body = ''] = text.toLowerCase().split('\r\n\r\n')
    expect(head).toMatch(new RegExp(`^http/1.1 ${status} `))
    expect(head).toContain('\r\ncontent-type: application/problem+json')
    expect(head.includes('\r\nsec-websocket-version: 13, 8')).toBe(what.endsWith('version'))
    expect(head.includes('\r\nupgrade: websocket')).toBe(status === 426)
    expect(JSON.parse(body)).toMatchObject({ status })
    await stillServes(await goodReader(mounted))
  })

  test.each([
    ['/status/%zz/stream', '400'],
    ['/status/t1', '400'],
    ['/nothing', '404'],
    ['/status/t1/stream?since=x', '422'],
    ['/status/t1/stream?since=1&since=2', '422'],
  ])('to %s is answered %s', async (where, status) => {
    const { socketUrl } = await mount()
    await expect(readSocket(socketUrl + where)).rejects.toThrow(status)
  })
})

describe('connections', () => {
  test('of one address are limited, whatever they are', async () => {
    const mounted = await mount({ maxConnectionsPerAddress: 2 })
    const one = await goodReader(mounted)
    const events = await readEvents(`${mounted.url}/status/t1/events`)
    await expect(readSocket(mounted.socketUrl + path)).rejects.toThrow('429')
    const refused = await fetch(`${mounted.url}/status/t1/events`)
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '5'])
    expect((await fetch(`${mounted.url}/status/t1`)).status).toBe(200)
    events.abort()
    await expect
      .poll(() =>
        readSocket(mounted.socketUrl + path).then(({ socket }) => socket.terminate(), String),
      )
      .toBeUndefined()
    await stillServes(one)
  })

  test('that are asked for behind a stream on its connection are cut off and take no place for ever', async () => {
    const mounted = await mount({ maxConnections: 3, stallAfterMs: 100 })
    const pipelining = connect(mounted.port, '127.0.0.1')
    pipelining.on('error', () => undefined).resume()
    const request = `GET ${mounted.server.basePath}/status/t1/events HTTP/1.1\r\nHost: x\r\n\r\n`
    pipelining.write(request.repeat(3))
    const ask = async () => {
      const response = await fetch(`${mounted.url}/status/t1/events`)
      await response.body?.cancel()
      return response.status
    }
    await expect.poll(ask).toBe(503)
    await expect.poll(ask).toBe(200)
    expect(pipelining.destroyed).toBe(false)
    pipelining.destroy()
  })

  test('of all are limited', async () => {
    const mounted = await mount({ maxConnections: 1 })
    const one = await goodReader(mounted)
    await expect(readSocket(mounted.socketUrl + path)).rejects.toThrow('503')
    await stillServes(one)
    await (await readSocket(mounted.socketUrl + path)).closed
  })
})

describe('a reader that does not read', () => {
  const bigText = 'x'.repeat(5_000)
  const limits = {
    coalesceAboveBytes: 65_536,
    cutAboveBytes: 1_048_576,
    stallAfterMs: 2_000,
    heartbeatMs: 500,
  }

  test('is cut off, and the others get everything', async () => {
    const mounted = await mount(limits)
    const good = await goodReader(mounted)
    const bad = await rawSocket(mounted, path)
    bad.socket.pause()
    const stuckEvents = connect(mounted.port, '127.0.0.1')
    stuckEvents.on('error', () => undefined)
    stuckEvents.pause()
    stuckEvents.write(
      `GET ${mounted.server.basePath}/status/t1/events HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`,
    )
    // More than the kernel keeps for a reader, each document larger than the one before.
    for (let turn = 0; turn < 120; turn += 1) {
      await task.warn(bigText)
      await task.stage(turn % 2 === 0 ? 'parsing' : 'embedding')
    }
    await expect.poll(() => openSockets(mounted), { timeout: 60_000 }).toBe(1)
    await stillServes(good)
    bad.socket.destroy()
    stuckEvents.destroy()
  })

  test('is given no more of the tasks than it reads', async () => {
    const taskIds = Array.from({ length: 120 }, (_, index) => `many-${index}`)
    for (const taskId of taskIds) {
      const each = bench.task(taskId)
      await each.begin()
      await each.warn('x'.repeat(200_000))
    }
    let pages = 0
    const source = Object.create(bench.indexer, {
      tasks: {
        value: (...parameters: Parameters<StatusSource['tasks']>) => {
          pages += 1
          return bench.indexer.tasks(...parameters)
        },
      },
    })
    const mounted = await bench.mount({ source, limits: { stallAfterMs: 60_000 } })
    const subscribe = clientFrame(opcodes.text, '{"type":"subscribe_all"}')
    const slow = await rawSocket(mounted, '/live-status')
    slow.socket.pause()
    slow.socket.write(subscribe)
    await expect.poll(() => pages).toBe(1)
    // One who begins later, and is shown all of them, would be so after a listing that waits for nobody.
    const quick = await readSocket(`${mounted.socketUrl}/live-status`)
    quick.send({ type: 'subscribe_all' })
    const shown = (text: string) =>
      taskIds.filter((taskId) => text.includes(`"task_id":"${taskId}"`))
    for (const taskId of taskIds) await quick.until(({ task_id }) => task_id === taskId)
    const pagesOfOne = Math.ceil((taskIds.length + 1) / 50)
    expect(pages).toBeLessThan(2 * pagesOfOne)
    slow.socket.resume()
    await expect.poll(() => shown(String(slow.received())), { timeout: 30_000 }).toEqual(taskIds)
    expect(pages).toBe(2 * pagesOfOne)
    slow.socket.destroy()
    quick.socket.terminate()
  })
})
