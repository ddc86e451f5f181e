import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createHostGuard } from './host-guard.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

const report = vi.fn<(name: string, error: unknown) => void>()
afterEach(() => report.mockReset())

/** Lets promises that are settled already tell so. */
const settle = (): Promise<unknown> => vi.advanceTimersByTimeAsync(0)

test('what a callback throws is reported with its name, and not thrown', () => {
  const guard = createHostGuard(report)
  const failure = new Error('broken')
  guard.call('My listener', () => {
    throw failure
  })
  expect(report.mock.calls).toEqual([['My listener', failure]])
})

test('what a promise or another thenable rejects with is reported', async () => {
  const guard = createHostGuard(report)
  guard.call('promise', () => Promise.reject(new Error('broken')))
  guard.call('thenable', () => ({
    // biome-ignore lint/suspicious/noThenProperty: a host may return any thenable
    then: (_: unknown, reject: (error: unknown) => void) => reject('no error at all'),
  }))
  await settle()
  expect(report.mock.calls).toEqual([
    ['thenable', 'no error at all'],
    ['promise', expect.objectContaining({ message: 'broken' })],
  ])
})

test('a name is reported once, however often and in whatever way it fails', async () => {
  const guard = createHostGuard(report)
  const fail = (): never => {
    throw new Error('broken')
  }
  for (let time = 0; time < 3; time++) guard.call('one', fail)
  guard.call('one', () => Promise.reject(new Error('rejected')))
  guard.call('two', fail)
  await settle()
  expect(report.mock.calls.map(([name]) => name)).toEqual(['one', 'two'])
})

test('a callback that does not return is reported after 30 s', async () => {
  const guard = createHostGuard(report)
  guard.call('stuck', () => new Promise(() => undefined))
  await vi.advanceTimersByTimeAsync(29_999)
  expect(report).not.toHaveBeenCalled()
  await vi.advanceTimersByTimeAsync(1)
  expect(report.mock.calls).toEqual([
    ['stuck', expect.objectContaining({ message: 'It has not returned for 30 s.' })],
  ])
})

test('one that rejects after it was reported as stuck is not reported again', async () => {
  const guard = createHostGuard(report)
  let reject: (error: Error) => void = () => undefined
  guard.call(
    'late',
    () =>
      new Promise((_, fail) => {
        reject = fail
      }),
  )
  await vi.advanceTimersByTimeAsync(30_000)
  reject(new Error('too late'))
  await settle()
  expect(report).toHaveBeenCalledTimes(1)
})

test('a callback that returns in time leaves no timer and is not reported', async () => {
  const guard = createHostGuard(report)
  guard.call('quick', () => Promise.resolve('done'))
  guard.call('at once', () => 'done')
  await settle()
  expect(vi.getTimerCount()).toBe(0)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(report).not.toHaveBeenCalled()
})

test('closing ends the watch over what still runs', async () => {
  const guard = createHostGuard(report)
  guard.call('stuck', () => new Promise(() => undefined))
  guard.close()
  expect(vi.getTimerCount()).toBe(0)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(report).not.toHaveBeenCalled()
})
