import { expect, test } from 'vitest'
import { CancelledError, StoreError } from './errors.ts'
import { createRetry } from './retry.ts'

function createProgress(): {
  waits: boolean[]
  warnings: string[]
  waiting(waiter: object, detail: string | null): void
  warning(code: string): void
} {
  const waiters = new Set<object>()
  const waits: boolean[] = []
  const warnings: string[] = []
  return {
    waits,
    warnings,
    waiting: (waiter, detail) => {
      if (detail === null && !waiters.delete(waiter)) return
      if (detail !== null) waiters.add(waiter)
      waits.push(detail !== null)
    },
    warning: (code) => warnings.push(code),
  }
}

test('a call that is given up is waited for no longer', async () => {
  const progress = createProgress()
  const retry = createRetry({ retries: 1, progress, signal: new AbortController().signal })
  const failing = retry('the store', async () => {
    throw new StoreError('STORE_FAILED', 'Down.', { recoverable: true })
  })
  await expect(failing).rejects.toMatchObject({ code: 'STORE_FAILED' })
  expect(progress.waits).toEqual([true, false])
  expect(progress.warnings).toEqual(['STORE_FAILED'])
})

test.each([
  ['before it began', (controller: AbortController) => controller.abort(new CancelledError())],
  ['while it ran', () => undefined],
])('a call that was cancelled %s is neither waited for nor told of', async (_, before) => {
  const progress = createProgress()
  const controller = new AbortController()
  const retry = createRetry({ retries: 3, progress, signal: controller.signal })
  before(controller)
  const cancelled = retry('the store', async () => {
    controller.abort(new CancelledError())
    throw controller.signal.reason
  })
  await expect(cancelled).rejects.toMatchObject({ code: 'CANCELLED' })
  expect(progress).toMatchObject({ waits: [], warnings: [] })
})

test('an error that is not recoverable is not tried again', async () => {
  const progress = createProgress()
  const retry = createRetry({ retries: 3, progress, signal: new AbortController().signal })
  let calls = 0
  const failing = retry('the store', async () => {
    calls++
    throw new TypeError('A bug.')
  })
  await expect(failing).rejects.toMatchObject({ code: 'INTERNAL', message: 'A bug.' })
  expect(calls).toBe(1)
  expect(progress.waits).toEqual([])
})
