const maxWordLength = 200

/**
 * The words of a text as they are indexed and searched: identifiers are split at underscores, case
 * changes, digits and acronyms (`parseHTTPResponse2` gives `parse http response 2`), and an
 * identifier that was split follows joined and in lower case (`parsehttpresponse2`). The same
 * function makes the terms of a query. Words beyond 200 characters are cut.
 */
export function splitTerms(text: string): string {
  return createTermSplitter()(text)
}

/** {@link splitTerms} for whoever splits a lot: it keeps its memory between calls. */
export function createTermSplitter(): (text: string) => string {
  let memory = Buffer.alloc(0)
  return (text) => {
    // Each character gives itself twice at most, and a space with each.
    const needed = 4 * text.length + 2
    if (memory.length < needed) memory = Buffer.allocUnsafe(2 * needed)
    const length = splitAscii(text, memory)
    return length === -1 ? splitAny(text) : memory.toString('latin1', 0, length)
  }
}

const separator = 0
const lower = 1
const upper = 2
const digit = 3
const underscore = 4

const classes = new Uint8Array(128)
classes.fill(lower, 0x61, 0x7b)
classes.fill(upper, 0x41, 0x5b)
classes.fill(digit, 0x30, 0x3a)
classes[0x5f] = underscore

const space = 0x20

/**
 * Writes the terms of a text to `out` and gives their length; -1 where a word has a character beyond
 * ASCII. This is {@link splitAny} without a string for every word, at a quarter of its time.
 */
function splitAscii(text: string, out: Uint8Array): number {
  const end = text.length
  let length = 0
  let at = 0
  while (at < end) {
    const first = text.charCodeAt(at)
    if (first >= 128) {
      if (isWordCharacter(text, at)) return -1
      at++
      continue
    }
    if (classes[first] === separator) {
      at++
      continue
    }
    const start = at
    let parts = 0
    let previous = underscore
    for (; at < end; at++) {
      const code = text.charCodeAt(at)
      if (code >= 128) {
        if (isWordCharacter(text, at)) return -1
        break
      }
      const current = classes[code] ?? separator
      if (current === separator) break
      if (current !== underscore && at - start < maxWordLength) {
        if (beginsPart(previous, current, text, at, start)) {
          if (length > 0) out[length++] = space
          parts++
        }
        out[length++] = current === upper ? code | 0x20 : code
      }
      previous = current
    }
    if (parts < 2) continue
    out[length++] = space
    const last = Math.min(at, start + maxWordLength)
    for (let index = start; index < last; index++) {
      const code = text.charCodeAt(index)
      const kind = classes[code]
      if (kind !== underscore) out[length++] = kind === upper ? code | 0x20 : code
    }
  }
  return length
}

function beginsPart(
  previous: number,
  current: number,
  text: string,
  at: number,
  start: number,
): boolean {
  if (previous === underscore) return true
  if (current !== upper) return (previous === digit) !== (current === digit)
  if (previous !== upper) return true
  // The last capital of several belongs to the small letters that follow.
  return at + 1 - start < maxWordLength && classes[text.charCodeAt(at + 1)] === lower
}

const words = /[\p{L}\p{M}\p{N}_]+/gu
const wordCharacter = /[\p{L}\p{M}\p{N}]/u
const wordParts = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|[\p{L}\p{M}]+/gu

function isWordCharacter(text: string, at: number): boolean {
  return wordCharacter.test(String.fromCodePoint(text.codePointAt(at) ?? 0))
}

function splitAny(text: string): string {
  const terms: string[] = []
  for (const word of text.match(words) ?? []) {
    const found = word.slice(0, maxWordLength).match(wordParts) ?? []
    const parts = found.map((part) => part.toLowerCase())
    terms.push(...parts)
    if (parts.length > 1) terms.push(parts.join(''))
  }
  return terms.join(' ')
}
