import { afterEach, expect, it, vi } from 'vitest'
import { createProgressMemory, createProgressWriter, readProgress } from './batch-progress.ts'

afterEach(() => vi.useRealTimers())

it('does not take a clock that is set for time that a file took', () => {
  const memory = createProgressMemory()
  const writer = createProgressWriter(memory)
  writer.begin(3)
  writer.ready()
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 86_400_000 })
  expect(readProgress(memory)).toMatchObject({ file: 3, isReady: true })
  expect(readProgress(memory).elapsedMs).toBeLessThan(60_000)
})
