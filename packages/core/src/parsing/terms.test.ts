import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createTermSplitter, splitTerms } from './terms.ts'

it.each([
  ['parseHTTPResponse2', 'parse http response 2 parsehttpresponse2'],
  ['snake_case_name', 'snake case name snakecasename'],
  ['MAX_SIZE', 'max size maxsize'],
  ['__init__', 'init'],
  ['plain', 'plain'],
  ['XMLParser', 'xml parser xmlparser'],
  ['iPhone13Pro', 'i phone 13 pro iphone13pro'],
  ['a.b(c, d)', 'a b c d'],
  ['größeÄndern', 'größe ändern größeändern'],
  ['索引 данные', '索引 данные'],
  ['𝒳y 😀 z', '𝒳y z'],
  ['', ''],
  [' \n\t;{}', ''],
])('splits %j', (text, terms) => {
  expect(splitTerms(text).normalize()).toBe(terms.normalize())
})

it('gives camel case and snake case the same words', () => {
  expect(splitTerms('readLine')).toBe(splitTerms('read_line'))
})

it('gives lower-case words with single spaces between them, whatever the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => {
      const terms = splitTerms(text)
      expect(terms).toBe(terms.toLowerCase())
      expect(terms).not.toMatch(/^ | {2}| $/)
    }),
  )
})

it('splits ASCII as it splits any other text', () => {
  const split = createTermSplitter()
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'X', 'Y', '1', '_'), maxLength: 12 })
  const texts = fc
    .array(fc.oneof(word, fc.constantFrom('-', ' ', '  ', '…', '😀')))
    .map((all) => all.join(' '))
  fc.assert(
    fc.property(texts, (text) => {
      // A word beyond ASCII sends the whole text the other way.
      const terms = split(text)
      expect(split(`${text} é`)).toBe(terms === '' ? 'é' : `${terms} é`)
    }),
    { numRuns: 500 },
  )
})

it('cuts a word without end', () => {
  expect(splitTerms('x'.repeat(1_000_000))).toBe('x'.repeat(200))
  expect(splitTerms('é'.repeat(1_000_000))).toBe('é'.repeat(200))
  for (const word of ['aB'.repeat(300), `${'a'.repeat(198)}BBc`, `${'a'.repeat(199)}Bc`]) {
    expect(splitTerms(`${word} é`)).toBe(`${splitTerms(word)} é`)
  }
})
