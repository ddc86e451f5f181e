/** An embedder of one's own: counts words into hashed buckets, the least that means something. */
import { createHash } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { splitTerms } from 'cairn'

const dimensions = 128
const maxTokens = 2_000

/** @type {import('cairn').Embedder} */
export const bagOfWords = {
  id: 'bag-of-words',
  // Change it whenever the same text could give another vector.
  fingerprint: `bag-of-words-${dimensions}-1`,
  dimensions,
  maxTokens,
  async embedDocuments(texts, { signal } = {}) {
    const vectors = []
    for (const text of texts) {
      // The host's event loop gets its turn between texts.
      await setImmediate()
      signal?.throwIfAborted()
      vectors.push(embed(text))
    }
    return vectors
  },
  async embedQuery(text, { signal } = {}) {
    signal?.throwIfAborted()
    return embed(text)
  },
}

/** @param {string} text */
function embed(text) {
  const vector = new Float32Array(dimensions)
  for (const word of splitTerms(text).split(' ').slice(0, maxTokens)) {
    const digest = createHash('sha256').update(word).digest()
    const bucket = digest.readUInt32LE(0) % dimensions
    vector[bucket] = (vector[bucket] ?? 0) + (digest.readUInt8(4) % 2 === 0 ? 1 : -1)
  }
  const length = Math.hypot(...vector)
  // A text whose words cancel out needs some direction, too.
  if (length === 0) vector[0] = 1
  return length === 0 ? vector : vector.map((value) => value / length)
}
