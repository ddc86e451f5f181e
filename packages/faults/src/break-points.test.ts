import { expect, test } from 'vitest'
import { everyCall, pointAt, pointsAt } from './break-points.ts'

const calls = { 'spool.write': 2, 'ledger.stage': 5 }
const at = { break: 'process', call: 'ledger.stage', when: 'after' } as const

test('a point is a call that the run without a fault makes', () => {
  const shares = [0, 0.5, 1]
  expect(shares.map((share) => pointAt(calls, at, share).nth)).toEqual([1, 3, 5])
  expect(pointsAt(calls, at, [0, 0.1, 1]).map(({ nth }) => nth)).toEqual([1, 5])
  expect(everyCall(calls, ['spool.write', 'nothing.ever'], ['before', 'after'])).toEqual([
    { break: 'process', call: 'spool.write', nth: 1, when: 'before' },
    { break: 'process', call: 'spool.write', nth: 2, when: 'after' },
  ])
})

test('a call that is never made is no point', () => {
  expect(() => pointAt(calls, { ...at, call: 'ledger.stag' }, 0.5)).toThrow(
    'A run without a fault never called ledger.stag.',
  )
})
