import { expect, test } from 'vitest'
import { decodeCursor, encodeCursor } from './cursor.ts'

test('a cursor gives the place that it was made of', () => {
  expect(decodeCursor('events', encodeCursor('events', ['a', 7]), ['string', 'number'])).toEqual([
    'a',
    7,
  ])
})

test.each([
  ['of another list', encodeCursor('logs', [7])],
  ['with too little', encodeCursor('tasks', [])],
  ['with too much', encodeCursor('tasks', [7, 7])],
  ['of another kind', encodeCursor('tasks', ['7'])],
  ['that is a number', '7'],
  ['that is no JSON', 'abc'],
  ['that is empty', ''],
])('a cursor %s is refused', (_, cursor) => {
  expect(() => decodeCursor('tasks', cursor, ['number'])).toThrow(
    expect.objectContaining({ code: 'INVALID_OPTIONS' }),
  )
})
