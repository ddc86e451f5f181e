import { expect, test } from 'vitest'
import { createMemoryGate, type MemoryGate } from './memory-gate.ts'

const megabyte = 1_000_000

function gateAt(heldMegabytes: number, limitMegabytes = 1_000, isOwn = true): MemoryGate {
  return createMemoryGate({
    limitBytes: limitMegabytes * megabyte,
    isOwn,
    residentBytes: () => heldMegabytes * megabyte,
  })
}

test('the nearer the limit, the less is begun at once, and never nothing', () => {
  expect(gateAt(100).share(16)).toBe(16)
  expect(gateAt(599).share(16)).toBe(16)
  expect(gateAt(725).share(16)).toBe(8)
  expect(gateAt(800).share(16)).toBe(3)
  for (const held of [850, 999, 2_000]) expect(gateAt(held).share(16)).toBe(1)
})

test('threads are begun as far as there is memory for them', () => {
  expect(gateAt(100).threads(4)).toBe(4)
  expect(gateAt(760).threads(4)).toBe(2)
  expect(gateAt(2_000).threads(4)).toBe(1)
})

test('a thread has a heap of a quarter of the limit, no less than it works with and no more than it takes', () => {
  const heapAt = (limit: number, mostMb: number): number =>
    gateAt(100, limit).heap({ leastMb: 64, mostMb }).megabytes
  expect(heapAt(100, 512)).toBe(64)
  expect(heapAt(1_000, 512)).toBe(250)
  expect(heapAt(1_000, 128)).toBe(128)
  expect(heapAt(9_000, 512)).toBe(512)
})

test('what does not fit into such a heap is told, with a limit that gives more', () => {
  const told = (limit: number, mostMb: number): string =>
    gateAt(100, limit).heap({ leastMb: 64, mostMb }).tooSmallFor('To read it')
  expect(told(1_000, 512)).toBe(
    'To read it needs more than the 250 MB of heap that a thread may have where limits.memoryBytes is 1000 MB. With about 2000 MB it may have 500 MB.',
  )
  expect(told(1_000, 300)).toMatch(/With about 1200 MB it may have 300 MB/)
  expect(told(9_000, 512)).toBe(
    'To read it needs more than the 512 MB of heap that a thread may have. Leave the largest of these files out with `exclude`.',
  )
})

test('memory is tight before the limit is reached', () => {
  expect(gateAt(840).isTight()).toBe(false)
  expect(gateAt(860).isTight()).toBe(true)
})

test('a limit below what the smallest run needs is refused, with one that works', () => {
  const gate = gateAt(100, 190)
  expect(() => gate.assertWorkable()).toThrow(
    expect.objectContaining({
      code: 'MEMORY_LIMIT',
      message: expect.stringMatching(/is 190 MB, .* holds 100 MB .* about 210 MB/),
    }),
  )
  expect(() => gateAt(100, 211).assertWorkable()).not.toThrow()
})

test('a limit that only the container has is not refused', () => {
  expect(() => gateAt(100, 200, false).assertWorkable()).not.toThrow()
})

test('what later runs of a process hold before them is not held against them', () => {
  let held = 100 * megabyte
  const limitBytes = 300 * megabyte
  const gate = createMemoryGate({ limitBytes, isOwn: true, residentBytes: () => held })
  gate.assertWorkable()
  held = 250 * megabyte
  expect(() => gate.assertWorkable()).not.toThrow()
})

test('that the limit was exceeded is told once', () => {
  const gate = gateAt(1_100)
  expect(gate.exceeded()).toMatch(/holds 1100 MB, .*\(1000 MB\).* about 1320 MB/)
  expect(gate.exceeded()).toBeNull()
  expect(gateAt(900).exceeded()).toBeNull()
})

test('without a limit nothing is held back', () => {
  const gate = createMemoryGate({
    limitBytes: Number.POSITIVE_INFINITY,
    isOwn: true,
    residentBytes: () => 9e12,
  })
  gate.assertWorkable()
  expect([
    gate.isLimited,
    gate.share(16),
    gate.threads(4),
    gate.heap({ leastMb: 64, mostMb: 512 }).megabytes,
    gate.isTight(),
    gate.exceeded(),
  ]).toEqual([false, 16, 4, 512, false, null])
})
