import fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnsOf, cutEnd, cutMiddle, fitted, flow, wrap } from './fit.ts'
import { printable } from './printable.ts'

const text = fc.string({ unit: 'grapheme', maxLength: 60 }).map(printable)
const columns = fc.integer({ min: 2, max: 40 })

test('a cut text fits, and an uncut one is the same', () => {
  fc.assert(
    fc.property(text, columns, (long, room) => {
      for (const cut of [cutEnd, cutMiddle]) {
        const short = cut(long, room)
        expect(columnsOf(short)).toBeLessThanOrEqual(room)
        if (columnsOf(long) <= room) expect(short).toBe(long)
      }
    }),
  )
})

test('a path cut in the middle keeps both its ends', () => {
  expect(cutMiddle('packages/core/src/pipeline/stages/embed.ts', 21)).toBe('packages…ges/embed.ts')
})

test('wide letters are counted by their columns', () => {
  expect(cutEnd('資料資料資料', 6)).toBe('資料…')
  expect(cutMiddle('資料資料資料', 6)).toBe('資…料')
})

test('flowing pieces loses none and never exceeds the columns', () => {
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^[a-z0-9/]{1,30}$/), { minLength: 1 }),
      columns,
      (pieces, room) => {
        const lines = flow(pieces, ' · ', room)
        for (const line of lines) expect(columnsOf(line)).toBeLessThanOrEqual(room)
        expect(lines.join('').replaceAll(/ · /g, '')).toBe(pieces.join(''))
      },
    ),
  )
})

test('a wrapped text never exceeds the columns', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 20, max: 60 }), (long, room) => {
      for (const line of wrap(long, room)) expect(columnsOf(line)).toBeLessThanOrEqual(room)
    }),
  )
})

test('a sentence that fits keeps its indent, a longer one is broken between words', () => {
  expect(fitted('  cairn index .', 40)).toEqual(['  cairn index .'])
  expect(fitted('Cancelling. What is done is kept.', 20)).toEqual([
    'Cancelling. What is',
    'done is kept.',
  ])
  expect(fitted('in a pipe', Number.MAX_SAFE_INTEGER)).toEqual(['in a pipe'])
})
