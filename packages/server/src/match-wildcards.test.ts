import fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesWildcards } from './match-wildcards.ts'

test.each([
  ['', '', true],
  ['', '*', true],
  ['a', '', false],
  ['shop', 'shop', true],
  ['shop', 's?op', true],
  ['shop', 's*', true],
  ['shop', '*h*p', true],
  ['shop', '*h*q', false],
  ['org/tools', 'org/*', true],
  ['a.b', 'a.b', true],
  ['axb', 'a.b', false],
  ['Shop', 'shop', false],
])('%j %j %j', (name, pattern, isMatch) => {
  expect(matchesWildcards(name, pattern)).toBe(isMatch)
})

test('agrees with a regular expression', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 })
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '?'), maxLength: 8 })
  fc.assert(
    fc.property(word, pattern, (name, wild) => {
      const source = wild.replaceAll('.', '[.]').replaceAll('*', '.*').replaceAll('?', '.')
      expect(matchesWildcards(name, wild)).toBe(new RegExp(`^${source}$`).test(name))
    }),
  )
})

test('a hostile pattern is answered', () => {
  expect(matchesWildcards('a'.repeat(5_000), `${'*a'.repeat(50)}*b`)).toBe(false)
})
