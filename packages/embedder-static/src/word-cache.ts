import { finishHash } from './hash.ts'
import { maxWordUnits } from './scan-words.ts'
import type { Table } from './table.ts'
import { hashWord, pieceWord } from './word-features.ts'

// What one word has at most, and what it has on average in code, with room to spare.
const mostFeatures = 3 * (maxWordUnits + 2)
const mostTokens = maxWordUnits
const usualFeatures = 24
const usualTokens = 3
const usualUnits = 10

/**
 * What is known of the words seen last: flat arrays, so that a look-up allocates nothing and a
 * hundred thousand words cost the garbage collector nothing.
 */
export interface WordCache {
  /** Words it holds at most; an index is below it. */
  readonly capacity: number
  /** Dimension of each feature of all words. */
  readonly buckets: Uint16Array
  /** What each feature adds. */
  readonly values: Float32Array
  /** Each token of all words. */
  readonly tokens: Uint16Array
  /** What each token's row is multiplied with. */
  readonly tokenFactors: Float32Array
  /** Forgets all words if `words` more might not fit; indexes given before are then void. */
  makeRoom(words: number): void
  /** The index of the word `units[0, length)` with this hash. */
  indexOf(units: Uint16Array, length: number, hash: number): number
  featureStart(index: number): number
  featureEnd(index: number): number
  tokenStart(index: number): number
  tokenEnd(index: number): number
}

/** A cache for at most `capacity` words of the table's embedder; at least 1,024. */
export function createWordCache(table: Table, capacity: number): WordCache {
  const reserve = 512
  const slotCount = 2 ** Math.ceil(Math.log2(capacity * 2))
  const slots = new Int32Array(slotCount)
  const hashes = new Int32Array(capacity)
  const unitEnds = new Int32Array(capacity + 1)
  const featureEnds = new Int32Array(capacity + 1)
  const tokenEnds = new Int32Array(capacity + 1)
  const units = new Uint16Array(capacity * usualUnits + reserve * maxWordUnits)
  const buckets = new Uint16Array(capacity * usualFeatures + reserve * mostFeatures)
  const values = new Float32Array(buckets.length)
  const tokens = new Uint16Array(capacity * usualTokens + reserve * mostTokens)
  const tokenFactors = new Float32Array(tokens.length)
  const pieces = new Uint16Array(maxWordUnits)
  const pieceHashes = new Int32Array(maxWordUnits)
  let count = 0

  const isFull = (words: number): boolean =>
    count + words > capacity ||
    (unitEnds[count] ?? 0) + words * maxWordUnits > units.length ||
    (featureEnds[count] ?? 0) + words * mostFeatures > buckets.length ||
    (tokenEnds[count] ?? 0) + words * mostTokens > tokens.length

  const isWord = (index: number, word: Uint16Array, length: number, hash: number): boolean => {
    const start = unitEnds[index] ?? 0
    if (hashes[index] !== hash || (unitEnds[index + 1] ?? 0) - start !== length) return false
    for (let at = 0; at < length; at++) if (units[start + at] !== word[at]) return false
    return true
  }

  const learn = (index: number, word: Uint16Array, length: number, hash: number): void => {
    hashes[index] = hash
    const unitStart = unitEnds[index] ?? 0
    for (let at = 0; at < length; at++) units[unitStart + at] = word[at] ?? 0
    unitEnds[index + 1] = unitStart + length

    const pieceCount = pieceWord(table, word, length, pieces, pieceHashes)
    let tokenEnd = tokenEnds[index] ?? 0
    for (let at = 0; at < pieceCount; at++) {
      const token = pieces[at] ?? 0
      tokens[tokenEnd] = token
      tokenFactors[tokenEnd++] = (table.weights[token] ?? 0) * (table.scales[token] ?? 0)
    }
    tokenEnds[index + 1] = tokenEnd

    let featureEnd = featureEnds[index] ?? 0
    const weight = pieceCount === 1 ? (table.weights[pieces[0] ?? 0] ?? 0) : 1
    hashWord(word, length, weight, (bucket, value) => {
      buckets[featureEnd] = bucket
      values[featureEnd++] = value
    })
    featureEnds[index + 1] = featureEnd
  }

  return {
    capacity,
    buckets,
    values,
    tokens,
    tokenFactors,
    makeRoom(words) {
      if (!isFull(words)) return
      slots.fill(0)
      count = 0
    },
    indexOf(word, length, hash) {
      let slot = finishHash(hash) & (slotCount - 1)
      for (let index = (slots[slot] ?? 0) - 1; index >= 0; index = (slots[slot] ?? 0) - 1) {
        if (isWord(index, word, length, hash)) return index
        slot = (slot + 1) & (slotCount - 1)
      }
      slots[slot] = count + 1
      learn(count, word, length, hash)
      return count++
    },
    featureStart: (index) => featureEnds[index] ?? 0,
    featureEnd: (index) => featureEnds[index + 1] ?? 0,
    tokenStart: (index) => tokenEnds[index] ?? 0,
    tokenEnd: (index) => tokenEnds[index + 1] ?? 0,
  }
}
