import { expect, it } from 'vitest'
import { decodeText } from './decode.ts'

const text = 'naïve ✓ 𝒳\nzwei'

it('reads UTF-8 with and without a byte order mark', () => {
  expect(decodeText(Buffer.from(text))).toEqual({ text, warnings: [] })
  expect(decodeText(Buffer.from(`\uFEFF${text}`))).toEqual({ text, warnings: [] })
})

it('reads UTF-16 of both orders by its byte order mark', () => {
  const little = Buffer.from(`\uFEFF${text}`, 'utf16le')
  expect(decodeText(little)).toEqual({ text, warnings: [] })
  expect(decodeText(Buffer.from(little).swap16())).toEqual({ text, warnings: [] })
})

it('reads a view into a larger buffer', () => {
  const large = Buffer.concat([
    Buffer.from('xx'),
    Buffer.from(`\uFEFFab`, 'utf16le'),
    Buffer.from('yy'),
  ])
  expect(decodeText(new Uint8Array(large.buffer, large.byteOffset + 2, 6)).text).toBe('ab')
})

it('leaves half a character at the end of UTF-16 out, and says so', () => {
  const { text: decoded, warnings } = decodeText(Buffer.from([0xff, 0xfe, 0x61, 0x00, 0x62]))
  expect(decoded).toBe('a')
  expect(warnings).toHaveLength(1)
})

it('reads what is not UTF-8 as Windows-1252, and says so', () => {
  const { text: decoded, warnings } = decodeText(Buffer.from([0x80, 0x20, 0xe9, 0x20, 0x93, 0x94]))
  expect(decoded).toBe('€ é “”')
  expect(warnings).toEqual(['The file is not valid UTF-8 and was read as Windows-1252.'])
})

it('makes every line end a line feed', () => {
  expect(decodeText(Buffer.from('a\r\nb\rc\nd\r\n')).text).toBe('a\nb\nc\nd\n')
})
