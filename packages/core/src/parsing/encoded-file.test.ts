import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { decodeFile, decodeSurface, encodedParts, encodeFile } from './encoded-file.ts'
import { createParser, type Parser } from './parser.ts'

const source = `"""Naïve café 👩‍💻."""
from os import path as p

class Session(Base):
    def send(self):
        return self.open("…\\0")
`

let parser: Parser
beforeAll(() => {
  parser = createParser()
})
afterAll(() => parser.close())

describe('encodeFile', () => {
  it('says all that parsing made of a file', async () => {
    const file = { path: 'a.py', language: 'python', bytes: Buffer.from(source) }
    const parsed = await parser.parse(file)
    expect(parsed.references.length * parsed.imports.length).toBeGreaterThan(0)
    expect(decodeFile(encodeFile(parsed))).toEqual(parsed)

    const parts = encodedParts(await parser.parseEncoded(file))
    expect(decodeSurface(parts.surface).symbols).toEqual(parsed.symbols)
    expect(parts.chunks.map(({ text }) => text.toString())).toEqual(
      parsed.chunks.map(({ text }) => text),
    )
    expect(parts.chunks.map(({ textLength }) => textLength)).toEqual(
      parsed.chunks.map(({ text }) => text.length),
    )
  })

  it('of a file without chunks', async () => {
    const parsed = await parser.parse({ path: 'a', language: 'text', bytes: Buffer.alloc(0) })
    const empty = { ...parsed, warnings: ['The text was not valid UTF-8.'] }
    const encoded = encodeFile(empty)
    expect(encoded).toMatchObject({ chunks: 0, syntaxErrors: 0, warnings: empty.warnings })
    expect(decodeFile(encoded)).toEqual(empty)
  })
})
