/**
 * Vectors on their way between threads: one block of bytes that changes hands without being copied,
 * with the length of each in bytes, −1 for none.
 */
export interface PackedVectors {
  readonly bytes: ArrayBuffer
  readonly lengths: readonly number[]
}

/** Packs vectors, or what SQLite stored of them. */
export function packVectors(vectors: readonly (Float32Array | Uint8Array | null)[]): PackedVectors {
  const lengths = vectors.map((vector) => vector?.byteLength ?? -1)
  const packed = new Uint8Array(lengths.reduce((sum, length) => sum + Math.max(length, 0), 0))
  let offset = 0
  for (const vector of vectors) {
    if (!vector) continue
    packed.set(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength), offset)
    offset += vector.byteLength
  }
  return { bytes: packed.buffer, lengths }
}

/** The vectors again; they share the block's memory. */
export function unpackVectors(packed: PackedVectors): (Float32Array | null)[] {
  let offset = 0
  return packed.lengths.map((length) => {
    if (length < 0) return null
    const vector = new Float32Array(packed.bytes, offset, length / Float32Array.BYTES_PER_ELEMENT)
    offset += length
    return vector
  })
}

/** The bytes of each vector, as SQLite stores them. */
export function unpackBytes(packed: PackedVectors): (Uint8Array<ArrayBuffer> | null)[] {
  let offset = 0
  return packed.lengths.map((length) => {
    if (length < 0) return null
    const bytes = new Uint8Array(packed.bytes, offset, length)
    offset += length
    return bytes
  })
}
