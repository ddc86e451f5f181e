import { expect, test } from 'vitest'
import { releaseFile, releaseMemory } from './release-memory.ts'

test.runIf('transfer' in ArrayBuffer.prototype)(
  'arrays that share a buffer are let go of with it, and shared memory is left alone',
  () => {
    const block = new Float32Array(8)
    const shared = new Float32Array(new SharedArrayBuffer(16))
    releaseMemory([block.subarray(0, 4), block.subarray(4), shared])
    expect(block.buffer.byteLength).toBe(0)
    expect(shared.buffer.byteLength).toBe(16)
  },
)

test.runIf('transfer' in ArrayBuffer.prototype)(
  'the bytes of a file are let go of, but for those that may lie in the pool of Node',
  () => {
    const [small, large] = [Buffer.from('small'), Buffer.allocUnsafe(Buffer.poolSize + 1)]
    for (const bytes of [small, large]) releaseFile(bytes)
    expect(small.toString()).toBe('small')
    expect(large.byteLength).toBe(0)
  },
)
