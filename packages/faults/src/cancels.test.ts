import { expect, test } from 'vitest'
import { oddEnd } from './cancels.ts'

const well = {
  error: { code: 'CANCELLED', message: 'Enough.', recoverable: true },
  workAfterEnd: 0,
  cancelledAfterMs: 1_000,
}

test('a run that ends as cancelled within a second, and does nothing more, ended well', () => {
  expect(oddEnd(well, 'long')).toEqual([])
})

test('one that took longer fails the long form, which has the machine for itself', () => {
  const late = { ...well, cancelledAfterMs: 1_001 }
  expect(oddEnd(late, 'long')).toEqual(['it took 1001 ms'])
  expect(oddEnd(late, 'short')).toEqual([])
})

test('one that works on, or ends otherwise, fails both forms', () => {
  const error = { code: 'STORE_FAILED', message: 'It is away.', recoverable: true }
  for (const form of ['short', 'long'] as const) {
    expect(oddEnd({ ...well, workAfterEnd: 64 }, form)).toEqual([
      'after its end it did 64 pieces of work',
    ])
    expect(oddEnd({ ...well, error }, form)).toEqual(['it ended with STORE_FAILED: It is away.'])
  }
})
