import { extendHash, hashSeeds } from './hash.ts'
import { foldDropped, foldSeparator } from './table.ts'

/** UTF-16 code units of one word that are looked at; the rest of the word is passed over. */
export const maxWordUnits = 64

/** UTF-16 code units of one text that are looked at. */
export const maxTextUnits = 32_768

/**
 * Takes one word: its folded units are `units[0, length)`, valid during the call alone, and `hash`
 * is the hash of these units from {@link hashSeeds.cache}, not finished.
 */
export type WordListener = (units: Uint16Array, length: number, hash: number) => void

const kinds = { none: 0, lower: 1, upper: 2, digit: 3 } as const

/**
 * Tells `listener` the words of `text` in order, at most `maxWords`. Identifiers are split where
 * case or the kind of character changes (`parseHTTPHeader2` → parse, http, header, 2), everything is
 * lower case without accents, ideographs and what is beyond the basic plane are words of their own,
 * and half a surrogate pair separates words.
 */
export function scanWords(
  text: string,
  folds: Uint16Array,
  maxWords: number,
  units: Uint16Array,
  listener: WordListener,
): void {
  const end = Math.min(text.length, maxTextUnits)
  let words = 0
  let kind: number = kinds.none
  let length = 0
  let hash: number = hashSeeds.cache
  let hashBefore: number = hashSeeds.cache
  let lastUnit = 0

  const finish = (): void => {
    if (length > 0 && words < maxWords) {
      words++
      listener(units, Math.min(length, maxWordUnits), hash)
    }
    kind = kinds.none
    length = 0
    hash = hashSeeds.cache
  }
  const add = (unit: number): void => {
    lastUnit = unit
    if (length < maxWordUnits) {
      units[length] = unit
      hashBefore = hash
      hash = extendHash(hash, unit)
    }
    length++
  }

  for (let index = 0; index < end && words < maxWords; index++) {
    const unit = text.charCodeAt(index)
    if (unit >= 0xd800 && unit <= 0xdfff) {
      finish()
      const next = index + 1 < end ? text.charCodeAt(index + 1) : 0
      if (unit < 0xdc00 && next >= 0xdc00 && next <= 0xdfff) {
        add(unit)
        add(next)
        finish()
        index++
      }
      continue
    }
    const folded = folds[unit] ?? foldSeparator
    if (folded === foldSeparator) {
      finish()
      continue
    }
    if (folded === foldDropped) continue
    if (isIdeograph(unit)) {
      finish()
      add(folded)
      finish()
      continue
    }
    const next =
      unit >= 0x30 && unit <= 0x39
        ? kinds.digit
        : unit >= 0x41 && unit <= 0x5a
          ? kinds.upper
          : kinds.lower
    if (next !== kind && kind !== kinds.none) {
      if (kind === kinds.upper && next === kinds.lower) {
        if (length > 1) startAtLastUnit()
      } else {
        finish()
      }
    }
    add(folded)
    kind = next
  }
  finish()

  // The last capital of a run belongs to the word that follows: `HTTPServer` is http, server.
  function startAtLastUnit(): void {
    const moved = lastUnit
    if (length <= maxWordUnits) hash = hashBefore
    length--
    finish()
    add(moved)
  }
}

// The ranges BERT's tokenizer takes apart; Han beyond the basic plane is taken apart as pairs.
function isIdeograph(unit: number): boolean {
  return (
    unit >= 0x3400 &&
    (unit <= 0x4dbf || (unit >= 0x4e00 && unit <= 0x9fff) || (unit >= 0xf900 && unit <= 0xfaff))
  )
}
