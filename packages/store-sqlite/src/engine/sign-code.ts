import { createRotation } from './rotation.ts'

/** A vector as the signs of its rotated coordinates, a bit each, and one number. */
export interface SignCoder {
  /** Bytes of a code. */
  readonly codeBytes: number
  /** Writes the code of a vector to a slot of a block of codes; returns the factor to store beside it. */
  encode(vector: Float32Array, codes: Uint8Array, slot: number): number
  /** Prepares to estimate dot products of a query with coded vectors. */
  prepare(query: Float32Array): SignQuery
}

/** Writes to `into` the estimated dot products with the vectors of a block, slot by slot. */
export type SignQuery = (codes: Uint8Array, factors: Float32Array, into: Float32Array) => void

/**
 * Codes of vectors with this many dimensions, kept in blocks of `slots` codes: the first bytes of all
 * of them, then the second ones, and so on. The query keeps its full precision; the factor takes out
 * what the vector lost, so the estimate is unbiased, with an error that falls with the root of the
 * dimensions.
 * @see Gao and Long, RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound for
 * Approximate Nearest Neighbor Search, SIGMOD 2024
 */
export function createSignCoder(dimensions: number, slots: number): SignCoder {
  const rotation = createRotation(dimensions)
  const rotated = new Float32Array(rotation.size)
  const codeBytes = rotation.size / 8
  return {
    codeBytes,

    encode(vector, codes, slot) {
      rotation.rotate(vector, rotated)
      let absolute = 0
      let squares = 0
      for (let byte = 0; byte < codeBytes; byte += 1) {
        let bits = 0
        for (let bit = 0; bit < 8; bit += 1) {
          const value = rotated[byte * 8 + bit] ?? 0
          if (value > 0) bits |= 1 << bit
          absolute += Math.abs(value)
          squares += value * value
        }
        codes[byte * slots + slot] = bits
      }
      return absolute === 0 ? 0 : squares / absolute
    },

    prepare(query) {
      rotation.rotate(query, rotated)
      const sums = byteSums(rotated)
      const total = rotated.reduce((sum, value) => sum + value, 0)
      return (codes, factors, into) => {
        into.fill(0)
        for (let byte = 0; byte < codeBytes; byte += 1) {
          const table = byte * 256
          const first = byte * slots
          for (let slot = 0; slot < slots; slot += 1) {
            into[slot] = (into[slot] ?? 0) + (sums[table + (codes[first + slot] ?? 0)] ?? 0)
          }
        }
        for (let slot = 0; slot < slots; slot += 1) {
          into[slot] = (2 * (into[slot] ?? 0) - total) * (factors[slot] ?? 0)
        }
      }
    },
  }
}

/** For every byte of a code and each of its 256 values, the sum of the query where its bits are set. */
function byteSums(query: Float32Array): Float32Array {
  const sums = new Float32Array((query.length / 8) * 256)
  for (let byte = 0; byte < query.length / 8; byte += 1) {
    for (let value = 1; value < 256; value += 1) {
      const lowest = 31 - Math.clz32(value & -value)
      sums[byte * 256 + value] =
        (sums[byte * 256 + (value & (value - 1))] ?? 0) + (query[byte * 8 + lowest] ?? 0)
    }
  }
  return sums
}
