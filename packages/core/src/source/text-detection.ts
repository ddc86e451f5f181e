/** What a file's bytes say about it: binary, an LFS pointer, without text, minified. */

/** How much of a file decides whether it is binary: as much as Git looks at (`FIRST_FEW_BYTES`). */
const sniffedBytes = 8_000

type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be'

/** The encoding that the byte order mark names; UTF-8 without one. */
export function encodingOf(bytes: Uint8Array): Encoding {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be'
  return 'utf-8'
}

/**
 * Whether the beginning is not text: a NUL byte as in Git (but not in UTF-16 with its mark), the
 * mark of a PDF, or more than a tenth of control characters.
 */
export function isBinary(bytes: Uint8Array): boolean {
  if (encodingOf(bytes) !== 'utf-8') return false
  const head = bytes.subarray(0, sniffedBytes)
  if (head.indexOf(0) !== -1) return true
  if (head[0] === 0x25 && Buffer.from(head.subarray(0, 5)).toString('latin1') === '%PDF-')
    return true
  let controls = 0
  for (const byte of head) {
    // Backspace to carriage return, and escape, occur in text.
    if (byte < 0x20 && (byte < 0x08 || byte > 0x0d) && byte !== 0x1b) controls++
  }
  return controls * 10 > head.length
}

const lfsMark = 'version https://git-lfs.github.com/spec/v1\n'

/**
 * Whether the file is a Git LFS pointer instead of its content.
 * @see https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
 */
export function isLfsPointer(bytes: Uint8Array): boolean {
  if (bytes.length < lfsMark.length || bytes.length > 1_024) return false
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  return text.startsWith(lfsMark) && /^oid sha256:[0-9a-f]{64}$/m.test(text)
}

/** Whether the file is empty or has nothing but white space. */
export function hasNoText(bytes: Uint8Array): boolean {
  const encoding = encodingOf(bytes)
  for (const byte of bytes) {
    const isSpace = byte === 0x20 || (byte >= 0x09 && byte <= 0x0d)
    if (isSpace) continue
    // An ASCII letter ends it; anything else may be a mark or a wider space.
    if (encoding === 'utf-8' && byte < 0x80) return false
    return new TextDecoder(encoding).decode(bytes).trim() === ''
  }
  return true
}

const minifiedNames = /[.-]min\.(?:js|mjs|cjs|css)$/i
const scriptNames = /\.(?:js|mjs|cjs|css)$/i

/**
 * Why the file counts as minified, or null: by name, or by its average line. For JavaScript and CSS
 * the average is that of github-linguist (110 characters), and only where one line is longer than
 * any person writes; other text must be far longer (2,000), since prose has one line a paragraph.
 */
export function minifiedBy(path: string, bytes: Uint8Array): string | null {
  if (minifiedNames.test(path)) return 'by name'
  const isScript = scriptNames.test(path)
  const limit = isScript ? 110 : 2_000
  if (!isScript && bytes.length <= 20_000) return null
  let lines = 0
  let longest = 0
  let start = 0
  while (start < bytes.length) {
    let end = bytes.indexOf(0x0a, start)
    if (end === -1) end = bytes.length
    lines++
    // Enough lines are seen for the average to be below the limit.
    if (lines * limit >= bytes.length) return null
    longest = Math.max(longest, end - start)
    start = end + 1
  }
  if (isScript && longest <= 1_000) return null
  return `lines of ${Math.round(bytes.length / Math.max(lines, 1))} bytes on average`
}
