const isWordCode = new Uint8Array(128)
for (let code = 0; code < 128; code++) {
  isWordCode[code] = /[A-Za-z0-9_]/.test(String.fromCharCode(code)) ? 1 : 0
}

const parts = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+|[\p{L}\p{M}]+/gu
const otherWord = /[\p{L}\p{M}\p{N}_]+/gu
const maxWordLength = 200
const maxCachedWords = 30_000

/**
 * The words of a text as they are indexed and searched: identifiers are split at underscores, case
 * changes, digits and acronyms (`parseHTTPResponse2` gives `parse http response 2`), and an
 * identifier that was split follows joined and in lower case (`parsehttpresponse2`). The same
 * function makes the terms of a query. Words beyond 200 characters are cut.
 *
 * @param cache - Splits of words met before, to be kept between calls by whoever splits a lot.
 */
export function splitTerms(text: string, cache: Map<string, string> = new Map()): string {
  let result = ''
  let start = -1
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0
    if (code < 128) {
      if (isWordCode[code] === 1) {
        if (start === -1) start = at
        continue
      }
    } else if (isOtherWordCharacter(text, at)) {
      if (start === -1) start = at
      continue
    }
    if (start === -1) continue
    const word = text.slice(start, Math.min(at, start + maxWordLength))
    start = -1
    let terms = cache.get(word)
    if (terms === undefined) {
      // A slice keeps the whole text in memory as long as it lives; a copy does not.
      const copy = ` ${word}`.slice(1)
      terms = splitWord(copy)
      if (cache.size >= maxCachedWords) cache.clear()
      cache.set(copy, terms)
    }
    if (terms !== '') result = result === '' ? terms : `${result} ${terms}`
  }
  return result
}

function isOtherWordCharacter(text: string, at: number): boolean {
  const code = text.charCodeAt(at)
  // The halves of a pair go together; what they mean is decided when the word is split.
  if (code >= 0xd800 && code <= 0xdfff) return true
  otherWord.lastIndex = 0
  return otherWord.test(text.charAt(at))
}

function splitWord(word: string): string {
  const pieces = word.match(parts)
  if (pieces === null) return ''
  const lower = pieces.map((piece) => piece.toLowerCase())
  if (lower.length === 1) return lower[0] ?? ''
  return `${lower.join(' ')} ${lower.join('')}`
}
