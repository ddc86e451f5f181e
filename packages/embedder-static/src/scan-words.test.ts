import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { loadTable } from './load-table.ts'
import { maxTextUnits, maxWordUnits, scanWords } from './scan-words.ts'
import type { Table } from './table.ts'

let table: Table

beforeAll(async () => {
  table = await loadTable()
})

function wordsOf(text: string, maxWords = 1000): string[] {
  const words: string[] = []
  const units = new Uint16Array(maxWordUnits)
  scanWords(text, table.folds, maxWords, units, (word, length) => {
    words.push(String.fromCharCode(...word.subarray(0, length)))
  })
  return words
}

test.each([
  ['parseHTTPHeader2', ['parse', 'http', 'header', '2']],
  ['HTTPServer', ['http', 'server']],
  ['XMLHttpRequest', ['xml', 'http', 'request']],
  ['MAX_RETRY_COUNT', ['max', 'retry', 'count']],
  ['__init__(self, *args)', ['init', 'self', 'args']],
  ['utf8ToBase64', ['utf', '8', 'to', 'base', '64']],
  ['kebab-case a.b.c', ['kebab', 'case', 'a', 'b', 'c']],
  ['A aB AB Ab', ['a', 'a', 'b', 'ab', 'ab']],
])('splits %s where case or the kind of character changes', (text, expected) => {
  expect(wordsOf(text)).toEqual(expected)
})

test('folds case and accents alike in composed and decomposed text', () => {
  expect(wordsOf('Größe café naïve Привет ΑΘΗΝΑ')).toEqual([
    'große',
    'cafe',
    'naive',
    'привет',
    'αθηνα',
  ])
  expect(wordsOf('cafe\u0301')).toEqual(wordsOf('café'))
})

test('takes ideographs and what is beyond the basic plane as words of their own', () => {
  expect(wordsOf('日本語 かな 𝒳😀')).toEqual(['日', '本', '語', 'かな', '𝒳', '😀'])
})

test('lets half a surrogate pair separate words', () => {
  expect(wordsOf('left\ud83dright\ude00end')).toEqual(['left', 'right', 'end'])
})

test('looks at a bounded part of a text', () => {
  expect(wordsOf('one two three four', 3)).toEqual(['one', 'two', 'three'])
  expect(wordsOf('x'.repeat(1000))).toEqual(['x'.repeat(maxWordUnits)])
  expect(wordsOf(`${'x'.repeat(1000)} next`)).toEqual(['x'.repeat(maxWordUnits), 'next'])
  expect(wordsOf(`${' '.repeat(maxTextUnits)}beyond`)).toEqual([])
})

test('gives the same words whatever stands around them', () => {
  const text = fc.string({ unit: 'binary', maxLength: 200 })
  fc.assert(
    fc.property(text, text, (left, right) => {
      expect(wordsOf(`${left} ${right}`)).toEqual([...wordsOf(left), ...wordsOf(right)])
    }),
  )
})
