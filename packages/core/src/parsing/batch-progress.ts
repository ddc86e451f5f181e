const fileField = 0
const startedField = 1
const readyField = 2

/** Which file of a batch a worker is at. */
export interface BatchProgress {
  /** Index of the file; -1 before the first. */
  readonly file: number
  /** Milliseconds that the file has taken. */
  readonly elapsedMs: number
  /** Whether the language's grammar is loaded and the file itself is being parsed. */
  readonly isReady: boolean
}

/** Shared memory for the progress of one batch. */
export function createProgressMemory(): SharedArrayBuffer {
  const memory = new SharedArrayBuffer(3 * Int32Array.BYTES_PER_ELEMENT)
  new Int32Array(memory)[fileField] = -1
  return memory
}

/** Reads what the worker wrote. */
export function readProgress(memory: SharedArrayBuffer): BatchProgress {
  const fields = new Int32Array(memory)
  return {
    file: Atomics.load(fields, fileField),
    elapsedMs: (now() - Atomics.load(fields, startedField)) | 0,
    isReady: Atomics.load(fields, readyField) === 1,
  }
}

/** Writes the progress of a batch from the worker. */
export function createProgressWriter(memory: SharedArrayBuffer): {
  begin(file: number): void
  ready(): void
} {
  const fields = new Int32Array(memory)
  return {
    begin(file) {
      Atomics.store(fields, readyField, 0)
      Atomics.store(fields, startedField, now())
      Atomics.store(fields, fileField, file)
    },
    ready() {
      Atomics.store(fields, startedField, now())
      Atomics.store(fields, readyField, 1)
    },
  }
}

// A clock that nobody sets and that all threads share, modulo 2^32 ms: a difference of two readings
// survives the wrap.
function now(): number {
  return Number(process.hrtime.bigint() / 1_000_000n) | 0
}
