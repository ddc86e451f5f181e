import { maxWordUnits, scanWords } from './scan-words.ts'
import { distilledDimensions, type Table } from './table.ts'
import { createWordCache } from './word-cache.ts'
import { hashedDimensions } from './word-features.ts'

/** Length of every vector. */
export const dimensions: number = hashedDimensions + distilledDimensions

/** Words of one text that are looked at. */
export const maxWords = 512

/** Changes with every change of the code that gives another vector to the same text. */
export const algorithmVersion = 1

// Tuned on the tuning packages of packages/bench/src/retrieval-packages.ts.
const hashedShare = 0.6
const distilledShare = 0.4

/** Turns texts into vectors on the thread it is called on. */
export interface Encoder {
  /** Writes the vector of `text`, of unit length, to `out[offset, offset + dimensions)`. */
  encode(text: string, out: Float32Array, offset: number): void
}

/**
 * An encoder over the table, which remembers what it found out about up to `cachedWords` words: code
 * says the same words again and again. Every sum is taken in one fixed order and only with
 * operations that IEEE 754 rounds exactly, so a vector is the same on every machine.
 */
export function createEncoder(table: Table, cachedWords: number): Encoder {
  const words = createWordCache(table, cachedWords)
  const units = new Uint16Array(maxWordUnits)
  const counts = new Uint16Array(words.capacity)
  const seen = new Int32Array(maxWords)
  const sums = new Float64Array(dimensions)
  const { rows } = table

  return {
    encode(text, out, offset) {
      words.makeRoom(maxWords)
      let seenCount = 0
      scanWords(text, table.folds, maxWords, units, (word, length, hash) => {
        const index = words.indexOf(word, length, hash)
        const before = counts[index] ?? 0
        if (before === 0) seen[seenCount++] = index
        counts[index] = before + 1
      })
      sums.fill(0)
      for (let position = 0; position < seenCount; position++) {
        const index = seen[position] ?? 0
        addWord(index, Math.sqrt(counts[index] ?? 0))
        counts[index] = 0
      }
      writeJoined(sums, out, offset)
    },
  }

  function addWord(index: number, factor: number): void {
    const { buckets, values, tokens, tokenFactors } = words
    const featureEnd = words.featureEnd(index)
    for (let at = words.featureStart(index); at < featureEnd; at++) {
      const bucket = buckets[at] ?? 0
      sums[bucket] = (sums[bucket] ?? 0) + factor * (values[at] ?? 0)
    }
    const tokenEnd = words.tokenEnd(index)
    for (let at = words.tokenStart(index); at < tokenEnd; at++) {
      const row = (tokens[at] ?? 0) * distilledDimensions
      const scale = factor * (tokenFactors[at] ?? 0)
      for (let column = 0; column < distilledDimensions; column++) {
        const dimension = hashedDimensions + column
        sums[dimension] = (sums[dimension] ?? 0) + scale * (rows[row + column] ?? 0)
      }
    }
  }
}

// Both halves at unit length, by their shares, and the whole at unit length. A text without a word
// gets the first axis.
function writeJoined(sums: Float64Array, out: Float32Array, offset: number): void {
  scaleTo(sums, 0, hashedDimensions, hashedShare)
  scaleTo(sums, hashedDimensions, dimensions, distilledShare)
  if (scaleTo(sums, 0, dimensions, 1)) out.set(sums, offset)
  else out.fill(0, offset, offset + dimensions).fill(1, offset, offset + 1)
}

function scaleTo(sums: Float64Array, start: number, end: number, length: number): boolean {
  let squares = 0
  for (let index = start; index < end; index++) squares += (sums[index] ?? 0) * (sums[index] ?? 0)
  if (squares === 0) return false
  const factor = length / Math.sqrt(squares)
  for (let index = start; index < end; index++) sums[index] = (sums[index] ?? 0) * factor
  return true
}
