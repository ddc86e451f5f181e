import type { Spool } from '@cairn/core'
import { encodeFile } from '@cairn/core/encoded-file'
import type { PackedFile } from './engine/spool.ts'

/** Parsed files as one block of bytes, which changes hands between threads instead of being copied. */
export function packFiles(files: Parameters<Spool['write']>[1]): {
  entries: PackedFile[]
  block: ArrayBuffer
} {
  const encoded = files.map(({ parsed }) => ('bytes' in parsed ? parsed : encodeFile(parsed)))
  const block = new Uint8Array(encoded.reduce((sum, { bytes }) => sum + bytes.byteLength, 0))
  let start = 0
  const entries = files.map(({ version, path }, index) => {
    const bytes = encoded[index]?.bytes ?? new Uint8Array()
    block.set(bytes, start)
    const entry = { version, path, start, end: start + bytes.byteLength }
    start = entry.end
    return entry
  })
  return { entries, block: block.buffer }
}
