import { beforeEach, describe, expect, test } from 'vitest'
import { createFrame, type Frame } from './frame.ts'
import { createReader, type Reader } from './reader.ts'

/** An outlet whose network takes what the test lets it take. */
let written: string[]
let buffered: number
let ended: string | null
let reader: Reader
const frame = (text: string): Frame => createFrame(text, null)

beforeEach(() => {
  written = []
  buffered = 0
  ended = null
  reader = createReader(
    {
      bufferedBytes: () => buffered,
      sizeOf: (each) => each.json.length,
      write(each) {
        written.push(each.json)
        buffered += each.json.length
      },
      close(code) {
        ended = `closed ${code}`
      },
      cut() {
        ended = 'cut'
      },
    },
    { coalesceAboveBytes: 10, cutAboveBytes: 40, stallAfterMs: 1_000 },
  )
})

/** The network takes everything. */
function drain(): void {
  buffered = 0
  reader.drained()
}

test('a reader that keeps up gets everything, in order', () => {
  for (const text of ['one', 'two', 'three']) {
    reader.offer('t1', frame(text), false)
    drain()
  }
  expect(written).toEqual(['one', 'two', 'three'])
})

describe('a reader that is behind', () => {
  beforeEach(() => {
    reader.offer('t1', frame('0123456789+'), false)
  })

  test('gets the newest document of each task, and nothing else of mere progress', () => {
    reader.offer('t1', frame('a'), false)
    reader.offer('t2', frame('b'), false)
    reader.offer('t1', frame('c'), false)
    expect(written).toHaveLength(1)
    drain()
    expect(written.slice(1)).toEqual(['c', 'b'])
  })

  test('gets every change of stage and the end', () => {
    reader.offer('t1', frame('progress'), false)
    reader.offer('t1', frame('stage 1'), true)
    reader.offer('t1', frame('progress'), false)
    reader.offer('t1', frame('stage 2'), true)
    reader.offer('t1', frame('newest'), false)
    reader.finish(1000, '')
    expect(ended).toBeNull()
    drain()
    drain()
    expect(written.slice(1)).toEqual(['stage 1', 'stage 2', 'newest'])
    drain()
    expect(ended).toBe('closed 1000')
  })

  test('has room when all that waited is written, and none when it has ended', async () => {
    const told: boolean[] = []
    const ask = () => reader.room().then((hasRoom) => told.push(hasRoom))
    const asked = ask()
    reader.offer('t1', frame('0123456789-'), true)
    drain()
    expect([written.length, told]).toEqual([2, []])
    await Promise.resolve()
    expect(told).toEqual([])
    drain()
    await asked
    await ask()
    expect(told).toEqual([true, true])
    reader.offer('t1', frame('0123456789*'), true)
    const cut = ask()
    reader.cut()
    await cut
    await ask()
    expect(told).toEqual([true, true, false, false])
  })

  test('gets answers to what it says', () => {
    reader.send(frame('pong'))
    expect(written.at(-1)).toBe('pong')
  })

  test('is cut off when too much waits for it', () => {
    const now = performance.now()
    for (const taskId of ['t2', 't3', 't4', 't5']) reader.offer(taskId, frame('01234567'), true)
    for (const ms of [10, 60, 110, 160]) {
      expect(ended).toBeNull()
      reader.check(now + ms)
    }
    expect(ended).toBe('cut')
    reader.offer('t6', frame('more'), true)
    reader.finish(1000, '')
    expect([written.length, ended]).toEqual([1, 'cut'])
  })

  test('is cut off when it takes nothing for too long, and not before', () => {
    const now = performance.now()
    reader.check(now)
    reader.check(now + 900)
    expect(ended).toBeNull()
    buffered -= 1
    reader.check(now + 1_800)
    reader.check(now + 2_700)
    expect(ended).toBeNull()
    reader.check(now + 2_900)
    expect(ended).toBe('cut')
  })
})

describe('of a reader before whom there is too much', () => {
  /** Checks it every 50 ms, with what has not left each time; says when it was cut off, in milliseconds. */
  function cutAfter(bytesAt: (turn: number) => number): number | null {
    // In whole milliseconds, so that the differences are exact.
    const now = Math.ceil(performance.now())
    for (let turn = 0; turn < 40; turn += 1) {
      buffered = bytesAt(turn)
      reader.check(now + turn * 50)
      if (ended !== null) return turn * 50
    }
    return null
  }

  test('one who takes a little now and then, and after whom more comes, is cut off', () => {
    expect(cutAfter((turn) => [50, 60, 55][turn % 3] ?? 0)).toBe(150)
  })

  test('one who takes all but a rest of it again and again is cut off in the end', () => {
    expect(cutAfter((turn) => (turn % 2 === 0 ? 45 : 35))).toBe(1_100)
  })

  test('one who gets through it stays, though more comes meanwhile', () => {
    expect(cutAfter((turn) => Math.max(0, 100 - turn * 5 + (turn % 2) * 10))).toBeNull()
  })

  test('one who has caught up between one time and the next stays', () => {
    expect(cutAfter((turn) => [45, 35, 45, 10][turn % 4] ?? 0)).toBeNull()
  })

  test('one who takes it too slowly is cut off, however steadily', () => {
    expect(cutAfter((turn) => 100 - turn)).toBe(1_050)
  })
})

test('a burst does not cut off a reader that takes it', () => {
  const now = performance.now()
  for (let turn = 0; turn < 20; turn += 1) reader.offer('t1', frame('01234567'), true)
  for (let turn = 1; turn < 20; turn += 1) {
    reader.check(now + turn * 90)
    drain()
  }
  expect([written.length, ended]).toEqual([20, null])
})

test('a document larger than every limit reaches a reader that keeps up', () => {
  reader.offer('t1', frame('x'.repeat(100)), false)
  drain()
  reader.offer('t1', frame('y'), false)
  expect([written.length, ended]).toEqual([2, null])
})

test('nothing follows the end', () => {
  reader.finish(1000, '')
  reader.send(frame('late'))
  reader.offer('t1', frame('late'), true)
  reader.finish(1012, '')
  expect([written, ended]).toEqual([[], 'closed 1000'])
})
