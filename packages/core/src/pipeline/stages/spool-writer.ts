import type { EncodedFile } from '../../contracts/parsed-file.ts'
import { spoolFiles } from '../in-flight.ts'

// A write of this much text keeps the transaction short and is large enough to cost little a row.
const spoolBytes = 400_000

/** A file as the spool takes it. */
export interface FileToSpool {
  readonly version: string
  readonly path: string
  readonly parsed: EncodedFile
}

/** Collects parsed files and writes them in batches, one batch at a time. */
export interface SpoolWriter {
  /** Resolves when there is room for the next: one batch may be written while another waits for it. */
  add(file: FileToSpool, sizeBytes: number): Promise<void>
  /** Resolves when everything is written. */
  flush(): Promise<void>
  /** Resolves when nothing is being written, whether or not that failed. */
  settled(): Promise<void>
}

/** `write` writes one batch; when it fails, so does all that comes after. */
export function createSpoolWriter(
  write: (files: readonly FileToSpool[]) => Promise<void>,
): SpoolWriter {
  let batch: FileToSpool[] = []
  let bytes = 0
  let writing: Promise<void> = Promise.resolve()
  /** While a full batch waits for the one before it: when it waits no longer. */
  let full: Promise<void> | null = null

  const startWriting = (): void => {
    const files = batch
    batch = []
    bytes = 0
    if (files.length === 0) return
    writing = writing.then(() => write(files))
    // The rejection reaches the caller by the next await; it must not count as unhandled till then.
    writing.catch(() => undefined)
  }

  const makeRoom = async (): Promise<void> => {
    await writing
    full = null
    startWriting()
  }

  return {
    async add(file, sizeBytes) {
      // Waiting for the batch that is written is the back-pressure on parsing.
      while (full) await full
      batch.push(file)
      bytes += sizeBytes
      if (bytes < spoolBytes && batch.length < spoolFiles) return
      full = makeRoom()
      await full
    },
    async flush() {
      await full
      startWriting()
      await writing
    },
    settled: () => writing.catch(() => undefined),
  }
}
