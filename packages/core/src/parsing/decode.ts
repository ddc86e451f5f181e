/** Text of a file, with line ends as `\n`, and what was odd about its bytes. */
export interface DecodedText {
  readonly text: string
  readonly warnings: readonly string[]
}

// Windows-1252 differs from Latin-1 in these 32 codes only (https://encoding.spec.whatwg.org/#windows-1252).
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Text of the bytes of a source file: UTF-8, UTF-16 with a byte order mark, and, with a warning,
 * Windows-1252 for whatever is not valid.
 */
export function decodeText(bytes: Uint8Array): DecodedText {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeUtf16(bytes, 'little')
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeUtf16(bytes, 'big')
  try {
    return { text: normalizeLineEnds(utf8.decode(bytes)), warnings: [] }
  } catch {
    const latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
    const text = latin1.replace(/[\u0080-\u009f]/g, (character) =>
      windows1252.charAt(character.charCodeAt(0) - 0x80),
    )
    return {
      text: normalizeLineEnds(text),
      warnings: ['The file is not valid UTF-8 and was read as Windows-1252.'],
    }
  }
}

function decodeUtf16(bytes: Uint8Array, order: 'little' | 'big'): DecodedText {
  const evenLength = bytes.byteLength - (bytes.byteLength % 2)
  const copy = Buffer.from(bytes.subarray(2, evenLength))
  const text = (order === 'big' ? copy.swap16() : copy).toString('utf16le')
  return {
    text: normalizeLineEnds(text),
    warnings:
      evenLength === bytes.byteLength
        ? []
        : ['The file is UTF-16 with half a character at its end.'],
  }
}

function normalizeLineEnds(text: string): string {
  return text.includes('\r') ? text.replace(/\r\n?/g, '\n') : text
}
