import { expect, test } from 'vitest'
import { takeOut } from './take-out.ts'

test.each([
  ['a', ['b', 'c']],
  ['b', ['a', 'c']],
  ['c', ['a', 'b']],
])('takes out %s and leaves the others as they are', (item, left) => {
  const list = ['a', 'b', 'c']
  expect(takeOut(list, item)).toBe(true)
  expect(list).toEqual(left)
})

test('takes out one of two that are the same', () => {
  const list = ['a', 'a']
  takeOut(list, 'a')
  expect(list).toEqual(['a'])
})

test('says that there is no such item', () => {
  const list = ['a']
  expect(takeOut(list, 'b')).toBe(false)
  expect(list).toEqual(['a'])
})
