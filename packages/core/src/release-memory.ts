/** `ArrayBuffer` as Node 22 and newer have it. */
interface TransferableBuffer extends ArrayBuffer {
  /** @see https://tc39.es/ecma262/#sec-arraybuffer.prototype.transfer */
  transfer(byteLength?: number): ArrayBuffer
}

/**
 * Gives the memory behind these arrays back at once; they are empty afterwards. It lies outside the
 * heap, so the garbage collector comes for it only when tens of megabytes are waiting. Does nothing on
 * Node 20, and to shared memory.
 */
export function releaseMemory(arrays: Iterable<ArrayBufferView>): void {
  const buffers = new Set<ArrayBufferLike>()
  for (const { buffer } of arrays) buffers.add(buffer)
  for (const buffer of buffers) if (isTransferable(buffer)) buffer.transfer(0)
}

/** {@link releaseMemory} of a file's bytes, unless they may lie in the pool that Node shares among small buffers. */
export function releaseFile(bytes: Uint8Array): void {
  if (bytes.byteLength > Buffer.poolSize) releaseMemory([bytes])
}

function isTransferable(buffer: ArrayBufferLike): buffer is TransferableBuffer {
  return buffer instanceof ArrayBuffer && 'transfer' in buffer
}
