import { expect, test } from 'vitest'
import type { Tokenize } from './load-runtime.ts'
import { createTextTokenizer, seenCharacters } from './tokens.ts'

// A token a word, with markers of other numbers than in BERT: one before, two behind.
const tokenize: Tokenize = (text, { withMarkers }) => {
  const ids = text.split(' ').flatMap((word) => (word === '' ? [] : [word.length]))
  return withMarkers ? [1001, ...ids, 1002, 1003] : ids
}

test('keeps the markers at both ends when it cuts, and says that it did', () => {
  const tokens = createTextTokenizer(tokenize, 6)
  expect(tokens('a bb ccc')).toEqual({ ids: [1001, 1, 2, 3, 1002, 1003], isTruncated: false })
  expect(tokens('a bb ccc dddd')).toEqual({ ids: [1001, 1, 2, 3, 1002, 1003], isTruncated: true })
  expect(tokens('')).toEqual({ ids: [1001, 1002, 1003], isTruncated: false })
})

test('calls a text truncated that is too long to be cut into tokens at all', () => {
  const tokens = createTextTokenizer(tokenize, 6)
  const most = seenCharacters(6)
  expect(tokens('a'.repeat(most)).isTruncated).toBe(false)
  expect(tokens('a'.repeat(most + 1)).isTruncated).toBe(true)
})

test('refuses a limit that the markers fill alone', () => {
  expect(() => createTextTokenizer(tokenize, 3)).toThrowError('which the model’s markers fill')
})
