import { createRotation } from './rotation.ts'

/** A vector as the signs of its rotated coordinates, a bit each, and one number. */
export interface SignCoder {
  /** Bytes of a code, a multiple of 4. */
  readonly codeBytes: number
  /** Writes the code of a vector from `offset` on; returns the factor to store beside it. */
  encode(vector: Float32Array, codes: Uint8Array, offset: number): number
  /** Prepares to estimate dot products of a query with coded vectors. */
  prepare(query: Float32Array): SignQuery
}

/** A query that coded vectors are compared with by {@link estimateDots}. */
export interface SignQuery {
  readonly codeBytes: number
  /** For every byte of a code and each of its 256 values, the sum of the query where its bits are set. */
  readonly sums: Float32Array
  /** The sum of the whole query. */
  readonly total: number
}

/**
 * Codes of vectors with this many dimensions. The query keeps its full precision; the factor takes
 * out what the vector lost, so the estimate is unbiased, with an error that falls with the root of
 * the dimensions.
 * @see Gao and Long, RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error Bound for
 * Approximate Nearest Neighbor Search, SIGMOD 2024
 */
export function createSignCoder(dimensions: number): SignCoder {
  const rotation = createRotation(dimensions)
  const rotated = new Float32Array(rotation.size)
  const codeBytes = rotation.size / 8
  return {
    codeBytes,

    encode(vector, codes, offset) {
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
        codes[offset + byte] = bits
      }
      return absolute === 0 ? 0 : squares / absolute
    },

    prepare(query) {
      rotation.rotate(query, rotated)
      const total = rotated.reduce((sum, value) => sum + value, 0)
      return { codeBytes, sums: byteSums(rotated), total }
    },
  }
}

/**
 * Writes to `into` the estimated dot products of a query with vectors whose codes stand one after the
 * other. Four sums go on side by side, because a processor adds faster than it waits for a sum.
 */
export function estimateDots(
  { codeBytes, sums, total }: SignQuery,
  codes: Uint8Array,
  factors: Float32Array,
  into: Float32Array,
): void {
  for (let slot = 0; slot < into.length; slot += 1) {
    let first = 0
    let second = 0
    let third = 0
    let fourth = 0
    const start = slot * codeBytes
    for (let byte = 0; byte < codeBytes; byte += 4) {
      const code = start + byte
      const table = byte * 256
      first += sums[table + (codes[code] ?? 0)] ?? 0
      second += sums[table + 256 + (codes[code + 1] ?? 0)] ?? 0
      third += sums[table + 512 + (codes[code + 2] ?? 0)] ?? 0
      fourth += sums[table + 768 + (codes[code + 3] ?? 0)] ?? 0
    }
    into[slot] = (2 * (first + second + third + fourth) - total) * (factors[slot] ?? 0)
  }
}

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
