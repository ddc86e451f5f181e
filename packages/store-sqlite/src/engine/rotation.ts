/**
 * A rotation that spreads what a vector says evenly over its coordinates, so that one bit of each
 * keeps much of it: random signs, then a Walsh–Hadamard transform, over a power of two coordinates.
 * The signs come from a fixed generator: stored bits are of this very rotation.
 * @see Ailon and Chazelle, The Fast Johnson–Lindenstrauss Transform, SIAM J. Comput. 39(1), 2009
 */
export interface Rotation {
  /** Coordinates after the rotation: the first power of two, from 32 on, that holds the dimensions. */
  readonly size: number
  /** Writes the rotated vector to `into`, of {@link size} numbers. */
  rotate(vector: Float32Array, into: Float32Array): void
}

/** The rotation of vectors with this many dimensions. */
export function createRotation(dimensions: number): Rotation {
  const size = 2 ** Math.max(5, Math.ceil(Math.log2(dimensions)))
  const signs = randomSigns(size)
  const scale = 1 / Math.sqrt(size)
  return {
    size,
    rotate(vector, into) {
      for (let index = 0; index < size; index += 1) {
        into[index] = (vector[index] ?? 0) * (signs[index] ?? 0) * scale
      }
      for (let half = 1; half < size; half *= 2) {
        for (let start = 0; start < size; start += half * 2) {
          for (let index = start; index < start + half; index += 1) {
            const left = into[index] ?? 0
            const right = into[index + half] ?? 0
            into[index] = left + right
            into[index + half] = left - right
          }
        }
      }
    },
  }
}

/** Marsaglia's xorshift generator: the same signs on every machine, for ever. */
function randomSigns(count: number): Float32Array {
  let state = 0x9e3779b9
  return Float32Array.from({ length: count }, () => {
    state ^= state << 13
    state ^= state >>> 17
    state ^= state << 5
    return state < 0 ? -1 : 1
  })
}
