import { extendHash, finishHash, hashSeeds } from './hash.ts'
import { findToken, type Table } from './table.ts'

/** Dimensions of the hashed half of a vector; a power of two. */
export const hashedDimensions = 256

// Tuned on the tuning packages of packages/bench/src/retrieval-packages.ts.
const charactersShare = 3
const shortestRun = 3
const longestRun = 5
const wordStart = 0x3c
const wordEnd = 0x3e

/** Takes one signed feature of a word: `value` is to be added in dimension `bucket`. */
export type FeatureListener = (bucket: number, value: number) => void

/**
 * Tells `listener` the hashed features of the word `units[0, length)`: the word itself, and its runs
 * of 3 to 5 characters with marked ends, together scaled by `weight`. Signed feature hashing:
 * Weinberger et al., Feature Hashing for Large Scale Multitask Learning, 2009; subwords:
 * Bojanowski et al., Enriching Word Vectors with Subword Information, 2017.
 */
export function hashWord(
  units: Uint16Array,
  length: number,
  weight: number,
  listener: FeatureListener,
): void {
  let whole: number = hashSeeds.word
  for (let index = 0; index < length; index++) whole = extendHash(whole, units[index] ?? 0)
  tell(whole, weight, listener)

  const marked = length + 2
  let runs = 0
  for (let size = shortestRun; size <= longestRun && size < marked; size++)
    runs += marked - size + 1
  if (runs === 0) return
  const value = (weight * charactersShare) / Math.sqrt(runs)
  for (let start = 0; start + shortestRun <= marked; start++) {
    let hash: number = hashSeeds.characters
    const end = Math.min(start + longestRun, marked)
    for (let index = start; index < end; index++) {
      hash = extendHash(hash, markedUnit(units, length, index))
      const size = index - start + 1
      if (size >= shortestRun && size < marked) tell(hash, value, listener)
    }
  }
}

function markedUnit(units: Uint16Array, length: number, index: number): number {
  if (index === 0) return wordStart
  return index > length ? wordEnd : (units[index - 1] ?? 0)
}

function tell(hash: number, value: number, listener: FeatureListener): void {
  const finished = finishHash(hash)
  listener(finished % hashedDimensions, finished >= 0x8000_0000 ? -value : value)
}

/**
 * The WordPiece tokens of the word `units[0, length)` into `tokens`, by greedy longest match; the
 * number of tokens, or 0 where a part of the word is in no token.
 */
export function pieceWord(
  table: Table,
  units: Uint16Array,
  length: number,
  tokens: Uint16Array,
  hashes: Int32Array,
): number {
  let count = 0
  for (let start = 0; start < length; ) {
    const limit = Math.min(length, start + table.longestToken)
    let hash: number = start === 0 ? hashSeeds.firstToken : hashSeeds.nextToken
    for (let index = start; index < limit; index++) {
      hash = extendHash(hash, units[index] ?? 0)
      hashes[index] = hash
    }
    let end = limit
    let token = -1
    for (; end > start; end--) {
      token = findToken(table, hashes[end - 1] ?? 0, units, start, end)
      if (token >= 0) break
    }
    if (token < 0) return 0
    tokens[count++] = token
    start = end
  }
  return count
}
