import { crc32 } from 'node:zlib'

/**
 * A checksum that a row is stored with, so that a change behind the store's back is found. It guards
 * against accidents and other programs' writes, not against who knows how it is made.
 */
export function checksum(...parts: readonly (string | number | null)[]): number {
  return crc32(JSON.stringify(parts))
}

/** {@link checksum} of two long texts beside what `rest` stands for. */
export function textChecksum(one: string, other: string, rest: number): number {
  return crc32(one, crc32(other, rest))
}

/** The checksum of a cached vector: of which text it is, and by whom. */
export function vectorChecksum(
  fingerprint: string,
  textHash: Uint8Array,
  vector: Uint8Array,
): number {
  return crc32(vector, crc32(textHash, crc32(fingerprint)))
}
