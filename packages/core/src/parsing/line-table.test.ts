import fc from 'fast-check'
import { expect, it } from 'vitest'
import { createLineTable } from './line-table.ts'

const texts = fc
  .array(fc.constantFrom('a', 'bc', ' ', '\t', '\n', '\n\n', 'é'))
  .map((parts) => parts.join(''))

it('divides a text into the lines an editor shows', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const lines = createLineTable(text)
      const expected = text === '' ? [] : text.replace(/\n$/, '').split('\n')
      const actual = Array.from({ length: lines.count }, (_, line) => lines.slice(line, line))
      expect(actual).toEqual(expected)
      for (const [line, content] of expected.entries()) {
        expect(lines.isBlank(line)).toBe(content.trim() === '')
        expect(lines.indentation(line)).toBe(content.length - content.trimStart().length)
      }
    }),
  )
})

it('knows the line of every character', () => {
  fc.assert(
    fc.property(texts, (text) => {
      const lines = createLineTable(text)
      for (let offset = 0; offset < text.length; offset++) {
        expect(lines.lineAt(offset)).toBe(text.slice(0, offset).split('\n').length - 1)
      }
    }),
  )
})
