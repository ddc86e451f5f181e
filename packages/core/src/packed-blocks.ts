/**
 * Texts and bytes packed into one buffer that changes hands without being copied, and can be read block by
 * block. `serialize` of `node:v8` would do, but what it wrote or read stays in memory until its handle
 * is collected: by then most of it counts as old.
 */

// In 32-bit words: the number of blocks, then the bytes of each. Every block starts at a whole word.
const wordBytes = Uint32Array.BYTES_PER_ELEMENT

/** Packs the blocks, texts as UTF-8, into a buffer of their own. */
export function packBlocks(blocks: readonly (string | Uint8Array)[]): Uint8Array<ArrayBuffer> {
  const lengths = blocks.map((block) =>
    typeof block === 'string' ? Buffer.byteLength(block) : block.byteLength,
  )
  let offset = (1 + blocks.length) * wordBytes
  const packed = new Uint8Array(lengths.reduce((sum, length) => sum + inWords(length), offset))
  new Uint32Array(packed.buffer, 0, 1 + blocks.length).set([blocks.length, ...lengths])
  const target = Buffer.from(packed.buffer)
  for (const [index, block] of blocks.entries()) {
    if (typeof block === 'string') target.write(block, offset)
    else target.set(block, offset)
    offset += inWords(lengths[index] ?? 0)
  }
  return packed
}

/** The blocks that {@link packBlocks} packed in this process; they share the memory of `packed`. */
export function unpackBlocks(packed: Uint8Array): Buffer[] {
  const whole = Buffer.from(packed.buffer, packed.byteOffset, packed.byteLength)
  const [count = 0] = new Uint32Array(packed.buffer, packed.byteOffset, 1)
  const lengths = new Uint32Array(packed.buffer, packed.byteOffset + wordBytes, count)
  const blocks: Buffer[] = []
  let offset = (1 + count) * wordBytes
  for (const length of lengths) {
    blocks.push(whole.subarray(offset, offset + length))
    offset += inWords(length)
  }
  return blocks
}

function inWords(bytes: number): number {
  return Math.ceil(bytes / wordBytes) * wordBytes
}
