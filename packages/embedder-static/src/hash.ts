// FNV-1a over UTF-16 code units, 32 bits, then the finaliser of MurmurHash3. Both are integer
// arithmetic alone, so they are the same on every machine. A hash is extended unit by unit, which
// lets callers hash every prefix of a word without making a string of it.
// http://www.isthe.com/chongo/tech/comp/fnv/ and https://github.com/aappleby/smhasher

/** What the hash of nothing is, so that different kinds of things never share a hash by their text. */
export const hashSeeds: {
  /** Words, as keys of the word cache. */
  readonly cache: number
  /** A token of the vocabulary that starts a word. */
  readonly firstToken: number
  /** A token of the vocabulary that goes on with a word (`##` in BERT's notation). */
  readonly nextToken: number
  /** A whole word, as a feature. */
  readonly word: number
  /** A run of characters of a word, as a feature. */
  readonly characters: number
} = {
  cache: 0x011c9dc5,
  firstToken: 0x02f6e2b1,
  nextToken: 0x5bd1e995,
  word: 0x1747b28c,
  characters: 0x1b873593,
}

/** `hash` extended by one UTF-16 code unit. */
export function extendHash(hash: number, unit: number): number {
  return Math.imul(hash ^ unit, 0x01000193)
}

/** A well mixed, unsigned 32-bit number of `hash`. */
export function finishHash(hash: number): number {
  let mixed = hash
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
