import { expect, test } from 'vitest'
import { StoreError } from './errors.ts'
import { createRetry } from './retry.ts'

function createProgress(): {
  waits: boolean[]
  waiting(detail: string | null): void
  warning(): void
} {
  const waits: boolean[] = []
  return { waits, waiting: (detail) => waits.push(detail !== null), warning: () => undefined }
}

test('a call that is given up is waited for no longer', async () => {
  const progress = createProgress()
  const retry = createRetry({ retries: 1, progress, signal: new AbortController().signal })
  const failing = retry('the store', async () => {
    throw new StoreError('STORE_FAILED', 'Down.', { recoverable: true })
  })
  await expect(failing).rejects.toMatchObject({ code: 'STORE_FAILED' })
  expect(progress.waits).toEqual([true, false])
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
