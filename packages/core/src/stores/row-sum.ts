/**
 * A sum over rows in any order: two are equal where the same rows were added, and else with one chance in
 * 2^64. It stands for a list of them that need not be held.
 */
export interface RowSum {
  add(id: string, ...numbers: readonly number[]): void
  equals(other: RowSum): boolean
  readonly words: Uint32Array
}

// Multipliers of two FNV-like hashes that share nothing.
const [firstPrime, secondPrime] = [0x01000193, 0x5bd1e995]

export function createRowSum(): RowSum {
  const words = new Uint32Array(3)
  return {
    words,
    add(id, ...numbers) {
      let first = 0x811c9dc5
      let second = 0x9747b28c
      const mix = (value: number): void => {
        first = Math.imul(first ^ value, firstPrime)
        second = Math.imul(second ^ value, secondPrime)
        second ^= second >>> 15
      }
      for (let at = 0; at < id.length; at++) mix(id.charCodeAt(at))
      for (const number of numbers) mix(number)
      words[0] = (words[0] ?? 0) + finish(first)
      words[1] = (words[1] ?? 0) + finish(second)
      // How many there are: a row that is there twice is one too many.
      words[2] = (words[2] ?? 0) + 1
    },
    equals: (other) => words.every((word, index) => word === other.words[index]),
  }
}

/**
 * Spreads the last numbers over all bits, as MurmurHash3 does at its end
 * (https://github.com/aappleby/smhasher/blob/master/src/MurmurHash3.cpp): else one more in a row and one less in another
 * may come to the same.
 */
function finish(hash: number): number {
  const first = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return second ^ (second >>> 16)
}
