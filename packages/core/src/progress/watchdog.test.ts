import type { Health } from '@cairn/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createWatchdog, type Watchdog } from './watchdog.ts'

let seen: Health[]
let watchdog: Watchdog

beforeEach(() => {
  vi.useFakeTimers()
  seen = []
  watchdog = createWatchdog({ stallAfterMs: 30_000, changed: (health) => seen.push(health) })
})
afterEach(() => {
  watchdog.close()
  vi.useRealTimers()
})

const states = (): string[] => seen.map(({ state }) => state)

test('nothing is said while things go on', () => {
  for (let second = 0; second < 120; second++) {
    watchdog.progressed(100)
    vi.advanceTimersByTime(1_000)
  }
  expect(seen).toEqual([])
})

test('a run that does not move is stalled, and ok again with the first progress', () => {
  vi.advanceTimersByTime(29_000)
  expect(seen).toEqual([])
  vi.advanceTimersByTime(2_000)
  expect(states()).toEqual(['stalled'])
  expect(seen[0]?.detail).toContain('Nothing has moved since')
  watchdog.progressed(1)
  expect(states()).toEqual(['stalled', 'ok'])
})

test('a clock that is set says nothing of how a run gets on', () => {
  watchdog.progressed(100)
  vi.setSystemTime(Date.now() + 86_400_000)
  vi.advanceTimersByTime(2_000)
  expect(seen).toEqual([])
  vi.setSystemTime(Date.now() - 2 * 86_400_000)
  vi.advanceTimersByTime(31_000)
  expect(states()).toEqual(['stalled'])
})

test('a rate far below its best for long is slow; a hiccup is not', () => {
  watchdog.progressed(1_000)
  watchdog.progressed(100)
  vi.advanceTimersByTime(3_000)
  watchdog.progressed(900)
  vi.advanceTimersByTime(9_000)
  expect(seen).toEqual([])
  watchdog.progressed(100)
  vi.advanceTimersByTime(11_000)
  expect(states()).toEqual(['slow'])
})

test('another stage is not measured by the rate of the one before', () => {
  watchdog.progressed(1_000)
  watchdog.stageStarted()
  watchdog.progressed(10)
  vi.advanceTimersByTime(20_000)
  expect(seen).toEqual([])
})

test('waiting names what is waited for, and ends', () => {
  const store = {}
  watchdog.waiting(store, 'Waiting for the vector store chroma: connection refused')
  expect(seen).toMatchObject([{ state: 'waiting', detail: expect.stringContaining('chroma') }])
  vi.advanceTimersByTime(60_000)
  expect(states()).toEqual(['waiting'])
  watchdog.waiting(store, null)
  expect(states()).toEqual(['waiting', 'ok'])
})

test('waits as long as anyone does, and says what has been waited for longest', () => {
  const first = {}
  const second = {}
  watchdog.waiting(second, null)
  watchdog.waiting(first, 'the embedder until 10:00')
  vi.advanceTimersByTime(5_000)
  watchdog.waiting(second, 'the vector store')
  watchdog.waiting(first, 'the embedder until 10:05')
  watchdog.waiting(first, null)
  watchdog.waiting(second, null)
  const details = ['the embedder until 10:00', 'the embedder until 10:05', 'the vector store', null]
  expect(seen.map(({ detail }) => detail)).toEqual(details)
  const [began, ...later] = seen.map(({ since }) => since.getTime())
  expect(later).toEqual([began, began, (began ?? 0) + 5_000])
})

test('a closed watchdog leaves no timer', () => {
  watchdog.close()
  expect(vi.getTimerCount()).toBe(0)
})
