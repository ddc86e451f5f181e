import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { createEncoder, dimensions } from './encoder.ts'
import { loadTable } from './load-table.ts'
import type { Table } from './table.ts'

let table: Table

beforeAll(async () => {
  table = await loadTable()
})

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.array(fc.string({ maxLength: 12 }), { maxLength: 100 }).map((words) => words.join(' ')),
)

function encodeWith(cachedWords: number, ...texts: string[]): Float32Array[] {
  const encoder = createEncoder(table, cachedWords)
  return texts.map((each) => {
    const vector = new Float32Array(dimensions)
    encoder.encode(each, vector, 0)
    return vector
  })
}

function vectorOf(each: string): Float32Array {
  return encodeWith(1024, each)[0] ?? new Float32Array(0)
}

function digestOf(vector: Float32Array): string {
  const view = new DataView(new ArrayBuffer(vector.length * 4))
  vector.forEach((value, index) => {
    view.setFloat32(index * 4, value, true)
  })
  return createHash('sha256').update(new Uint8Array(view.buffer)).digest('hex').slice(0, 16)
}

function cosine(left: string, right: string): number {
  const other = vectorOf(right)
  return vectorOf(left).reduce((sum, value, index) => sum + value * (other[index] ?? 0), 0)
}

// The bytes of these vectors are a promise: a change here is a new algorithm version.
test.each([
  ['nothing', '', '373421642a44f741'],
  ['white space', ' \t\r\n', '373421642a44f741'],
  ['a question', 'where are failed requests retried', 'c091d3025afc34e9'],
  [
    'code',
    'def parse_http_header(self, line: str) -> dict[str, str]:\n    return {}',
    '6cef09cb89dd8548',
  ],
  ['identifiers', 'XMLHttpRequest utf8ToBase64 MAX_RETRY_COUNT __init__', 'dd715b6746e7cf27'],
  ['unicode', 'Größe café naïve Привет 日本語 かな 한국어 𝒳😀 \u0301', '8caef617f3b76827'],
  ['lone surrogates', 'left\ud83dright\ude00', '17a73e5dd02bdc53'],
  ['one long word', 'x'.repeat(100_000), '504ae1b57d2a16e3'],
  ['1 MB of text', 'the quick brownFox 42 jumps\n'.repeat(37_450), '30c8e013d152a9b5'],
])('gives %s the same bytes on every machine', (_, each, expected) => {
  expect(digestOf(vectorOf(each))).toBe(expected)
})

test('gives every text a vector of unit length', () => {
  fc.assert(
    fc.property(text, (each) => {
      const length = Math.sqrt(vectorOf(each).reduce((sum, value) => sum + value * value, 0))
      expect(length).toBeCloseTo(1, 5)
    }),
  )
})

test('gives a text the same vector whatever was encoded before it', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 8 }), (texts) => {
      expect(encodeWith(1024, ...texts)).toEqual(texts.map(vectorOf))
    }),
    { numRuns: 40 },
  )
})

test('gives the same vectors when it has to forget words', () => {
  const texts = Array.from({ length: 60 }, (_, start) =>
    Array.from({ length: 400 }, (_, index) => `word${start * 397 + index * 7}x`).join(' '),
  )
  expect(encodeWith(1024, ...texts)).toEqual(encodeWith(65_536, ...texts))
})

test('finds identifiers however they are written', () => {
  expect(cosine('parseHttpHeader', 'parse_http_header')).toBeCloseTo(1, 6)
  expect(cosine('retryRequest', 'retries the request')).toBeGreaterThan(
    cosine('retryRequest', 'draws the triangle') + 0.3,
  )
})

test('knows words of like meaning that share no characters', () => {
  const related = cosine('car', 'automobile')
  expect(related).toBeGreaterThan(cosine('car', 'philosophy') + 0.05)
})

test('looks at the first 512 words of a text', () => {
  const words = Array.from(
    { length: 600 },
    (_, index) => `w${String.fromCharCode(97 + (index % 26))}`,
  )
  const first = words.slice(0, 512).join(' ')
  expect(vectorOf(`${first} beyond`)).toEqual(vectorOf(first))
  expect(vectorOf(`beyond ${first}`)).not.toEqual(vectorOf(first))
})
