import { expect, it } from 'vitest'
import { compareLevels, isAtLeast, logLevels } from './log-levels.ts'

it('orders levels by their severity', () => {
  expect([...logLevels].reverse().sort(compareLevels)).toEqual(logLevels)
  expect(logLevels.filter((level) => isAtLeast(level, 'WARNING'))).toEqual(['WARNING', 'ERROR'])
})
