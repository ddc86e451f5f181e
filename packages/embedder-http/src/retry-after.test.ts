import { expect, test } from 'vitest'
import { retryAfterMs } from './retry-after.ts'

const now = Date.UTC(2026, 10, 26, 12, 0, 0)

test.each([
  ['seconds', '120', 120_000],
  ['seconds with space around', ' 5 ', 5000],
  ['a fraction of a second', '0.5', 500],
  ['a date (IMF-fixdate)', 'Thu, 26 Nov 2026 12:00:30 GMT', 30_000],
  ['a date (RFC 850)', 'Thursday, 26-Nov-26 12:00:30 GMT', 30_000],
  ['a date that is past', 'Thu, 26 Nov 2026 11:00:00 GMT', 0],
  ['years', '999999999999', 86_400_000],
  ['a far date', 'Thu, 26 Nov 2099 12:00:00 GMT', 86_400_000],
  ['a negative number', '-5', 0],
  ['words', 'soon', 0],
  ['nothing', '', 0],
  ['no header', null, 0],
])('reads %s', (_, header, expected) => {
  expect(retryAfterMs(header, now)).toBe(expected)
})
