import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { endianness } from 'node:os'
import { EmbedderError } from '@cairn/core'
import { openTable, swapByteOrder, type Table } from './table.ts'
import { tableDigest } from './table-digest.ts'

/** Where the published table stands, seen from the source as from the build. */
export const tableFile: URL = new URL('../table/minilm-128.bin', import.meta.url)

/**
 * Reads the table piece by piece, so that the thread is never held up for long, into memory that
 * threads share.
 * @throws EmbedderError `EMBEDDER_UNAVAILABLE` when the file is missing or not the published one.
 */
export async function loadTable(file: URL = tableFile): Promise<Table> {
  try {
    const pieces: Uint8Array[] = []
    const hash = createHash('sha256')
    let sizeBytes = 0
    for await (const piece of createReadStream(file, { highWaterMark: 256 * 1024 })) {
      pieces.push(piece)
      hash.update(piece)
      sizeBytes += piece.length
    }
    if (hash.digest('hex') !== tableDigest) throw new Error('the file is not the published table')
    const bytes = new Uint8Array(new SharedArrayBuffer(sizeBytes))
    let offset = 0
    for (const piece of pieces) {
      bytes.set(piece, offset)
      offset += piece.length
    }
    if (endianness() === 'BE') swapByteOrder(bytes.buffer)
    return openTable(bytes.buffer)
  } catch (cause) {
    throw new EmbedderError(
      'EMBEDDER_UNAVAILABLE',
      'The table of the default embedder cannot be read; install @cairn/embedder-static again.',
      { cause },
    )
  }
}
