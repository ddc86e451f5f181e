// Runs in a worker thread of the pool: texts in, all their vectors in one transferred array out.
import { workerData } from 'node:worker_threads'
import Tinypool from 'tinypool'
import { createEncoder, dimensions } from './encoder.ts'
import { openTable } from './table.ts'

const cachedWords = 16_384
const encoder = createEncoder(openTable(sharedBufferOf(workerData)), cachedWords)

/** The vectors of `texts`, one after the other. */
export function embedTexts(texts: readonly string[]): unknown {
  const vectors = new Float32Array(texts.length * dimensions)
  texts.forEach((text, index) => {
    encoder.encode(text, vectors, index * dimensions)
  })
  return Tinypool.move(vectors)
}

// Tinypool hands a worker `[its own data, the data of the pool's maker]`.
function sharedBufferOf(data: unknown): SharedArrayBuffer {
  const buffer: unknown = Array.isArray(data) ? data[1] : undefined
  if (!(buffer instanceof SharedArrayBuffer)) throw new TypeError('The worker got no table.')
  return buffer
}
