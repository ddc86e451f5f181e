import type { StatusDocument } from '@cairn/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createPacedTask } from './paced-task.ts'
import { queuedStatus as queued } from './queued-status.test-support.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const at = (seq: number, change: Partial<StatusDocument> = {}): StatusDocument => ({
  ...queued,
  status: 'in_progress',
  currentStage: 'parsing',
  ...change,
  seq,
})

function pace(): {
  passed: [number, boolean][]
  next: (status: StatusDocument) => void
  stop(): void
} {
  const passed: [number, boolean][] = []
  const task = createPacedTask(250, (status, isUrgent) => passed.push([status.seq, isUrgent]))
  return { passed, next: task.next, stop: task.stop }
}

test('passes on four statuses a second, and always the newest', () => {
  const { passed, next } = pace()
  for (let seq = 1; seq <= 200; seq += 1) {
    next(at(seq))
    vi.advanceTimersByTime(10)
  }
  vi.advanceTimersByTime(250)
  expect(passed.length).toBeGreaterThanOrEqual(8)
  expect(passed.length).toBeLessThanOrEqual(9)
  expect(passed.at(-1)?.[0]).toBe(200)
})

test('passes on at once what changes the stage, the state or the run', () => {
  const { passed, next } = pace()
  next(at(1))
  next(at(2))
  next(at(3, { currentStage: 'embedding' }))
  next(at(4, { currentStage: 'embedding', status: 'paused' }))
  next(at(5, { currentStage: 'embedding', runId: 'r2' }))
  next(at(6, { status: 'completed', currentStage: 'completed', runId: 'r2' }))
  expect(passed).toEqual([
    [1, true],
    [3, true],
    [4, true],
    [5, true],
    [6, true],
  ])
  vi.advanceTimersByTime(1_000)
  expect(passed).toHaveLength(5)
  expect(vi.getTimerCount()).toBe(0)
})

test('lets go of what waits when it is stopped', () => {
  const { passed, next, stop } = pace()
  next(at(1))
  next(at(2))
  expect(vi.getTimerCount()).toBe(1)
  stop()
  expect(vi.getTimerCount()).toBe(0)
  vi.advanceTimersByTime(1_000)
  expect(passed).toEqual([[1, true]])
})
