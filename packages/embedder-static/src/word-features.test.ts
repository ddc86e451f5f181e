import { beforeAll, expect, test } from 'vitest'
import { loadTable } from './load-table.ts'
import { maxWordUnits } from './scan-words.ts'
import { continuationFlag, type Table } from './table.ts'
import { hashedDimensions, hashWord, pieceWord } from './word-features.ts'

let table: Table

beforeAll(async () => {
  table = await loadTable()
})

function unitsOf(word: string): Uint16Array {
  return Uint16Array.from(word, (_, index) => word.charCodeAt(index))
}

function piecesOf(word: string): string[] {
  const tokens = new Uint16Array(maxWordUnits)
  const count = pieceWord(table, unitsOf(word), word.length, tokens, new Int32Array(maxWordUnits))
  return Array.from(tokens.subarray(0, count), (token) => {
    const end = table.tokenEnds[token] ?? 0
    const start = token === 0 ? 0 : ((table.tokenEnds[token - 1] ?? 0) & ~continuationFlag) >>> 0
    const body = table.characters.subarray(start, (end & ~continuationFlag) >>> 0)
    return `${end >= continuationFlag ? '##' : ''}${String.fromCharCode(...body)}`
  })
}

// What the tokenizer of bert-base-uncased gives.
test.each([
  ['the', ['the']],
  ['retry', ['re', '##try']],
  ['embedding', ['em', '##bed', '##ding']],
  ['tokenizer', ['token', '##izer']],
  ['repository', ['repository']],
  ['unaffable', ['una', '##ffa', '##ble']],
])('cuts %s into the longest tokens of the vocabulary', (word, expected) => {
  expect(piecesOf(word)).toEqual(expected)
})

test('gives no token to a word with a part that is in none', () => {
  expect(piecesOf('a\ue000')).toEqual([])
})

test('has the word and each of its runs as a feature in a dimension of the hashed half', () => {
  const features: [number, number][] = []
  hashWord(unitsOf('parse'), 5, 0.5, (bucket, value) => features.push([bucket, value]))
  // <parse> has 5 runs of three, 4 of four and 3 of five characters.
  expect(features).toHaveLength(1 + 5 + 4 + 3)
  expect(features.every(([bucket]) => bucket >= 0 && bucket < hashedDimensions)).toBe(true)
  expect(Math.abs(features[0]?.[1] ?? 0)).toBe(0.5)
  expect(Math.abs(features[1]?.[1] ?? 0)).toBeCloseTo((0.5 * 3) / Math.sqrt(12), 12)
})

test('weighs a word that every text has less than a rare one', () => {
  const weightOf = (word: string): number => {
    const tokens = new Uint16Array(maxWordUnits)
    pieceWord(table, unitsOf(word), word.length, tokens, new Int32Array(maxWordUnits))
    return table.weights[tokens[0] ?? 0] ?? 0
  }
  expect(weightOf('the')).toBeLessThan(weightOf('return'))
  expect(weightOf('return')).toBeLessThan(weightOf('repository'))
})
