import { stageWeights } from '@cairn/protocol'
import { expect, test } from 'vitest'
import { hasFailed, outcomeOf } from './outcome.ts'
import { redoneWork } from './redone.ts'
import type { ProcessReport, Work } from './started-process.ts'

const whole: Work = { files: 1_000, texts: 10_000, rows: 20_000 }
const inFlight: Work = { files: 160, texts: 192, rows: 1_500 }

test('what was on its way may be done again', () => {
  const first = { files: 1_000, texts: 5_000, rows: 0 }
  const second = { files: 160, texts: 5_200, rows: 20_000 }
  const { percent, excess } = redoneWork({ whole, inFlight }, first, second)
  expect(excess).toEqual([])
  const { parsing, embedding, storing } = stageWeights
  const wanted = (16 * parsing + 2 * embedding) / (parsing + embedding + storing)
  expect(percent).toBeCloseTo(wanted)
})

test.each([
  ['files', 161, '161 of 1000 files parsed again, where 160 may be'],
  // Two in a hundred are more than what is on its way.
  ['texts', 201, '201 of 10000 texts embedded again, where 200 may be'],
  ['rows', 1_501, '1501 of 20000 rows written again, where 1500 may be'],
  ['rows', Number.NaN, 'NaN of 20000 rows written again, where 1500 may be'],
] as const)('%s: %d again fail the bench', (kind, again, message) => {
  const nothing: Work = { files: 0, texts: 0, rows: 0 }
  const redone = redoneWork({ whole, inFlight }, whole, { ...nothing, [kind]: again })
  expect(redone.excess).toEqual([message])
  const next = { completed: true } as ProcessReport
  const outcome = outcomeOf('SIGKILL', [{ what: 'here', differences: [], redone, next }])
  expect(outcome).toMatchObject({ survived: 1, lost: 0, overdone: 1, notes: [`here: ${message}`] })
  expect(hasFailed(outcome)).toBe(true)
  const allowed = redoneWork({ whole, inFlight }, whole, nothing)
  const other = outcomeOf('SIGKILL', [{ what: 'here', differences: [], redone: allowed, next }])
  expect(hasFailed(other)).toBe(false)
})
