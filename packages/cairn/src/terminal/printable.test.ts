import fc from 'fast-check'
import { expect, test } from 'vitest'
import { printable, printableLines } from './printable.ts'

test('shows escape sequences, line ends and reading-direction marks instead of sending them', () => {
  expect(printable('a\u001b[2Jb')).toBe('a\\x1b[2Jb')
  expect(printable('a\nb\r\tc')).toBe('a\\nb\\r\\tc')
  expect(printable('\u009b31m')).toBe('\\x9b31m')
  expect(printable('user\u202egpj.exe')).toBe('user\\u202egpj.exe')
  expect(printable('a\u{e0041}b')).toBe('a\\u{e0041}b')
  expect(printable('\ud800')).toBe('\\ud800')
})

test('leaves what people write alone', () => {
  for (const text of ['src/main.ts', 'Größe', '資料/读我.md', '👩‍👩‍👧 family.txt', 'عربى', 'a b']) {
    expect(printable(text)).toBe(text)
  }
})

test('no control character gets through, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}]/u)
    }),
  )
})

test('printing twice changes nothing more', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(printable(printable(text))).toBe(printable(text))
    }),
  )
})

test('keeps the lines of a source text, with tabs as two spaces', () => {
  expect(printableLines('a\r\n\tb\n\u001b[31mc')).toEqual(['a', '  b', '\\x1b[31mc'])
})
