import { expect, test } from 'vitest'
import { releaseMemory } from './release-memory.ts'

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
