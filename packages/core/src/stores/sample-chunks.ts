import { batches } from './batches.ts'
import type { CheckedFile } from './checked-file.ts'

const filesPerPage = 50

/** A file and which of its chunks are looked at. */
export interface SampledFile {
  readonly file: CheckedFile
  readonly ordinals: readonly number[]
}

/** At most `most` chunks, at even distances over all chunks of the repository, in pages of files. */
export function sampleChunks(
  files: readonly CheckedFile[],
  most: number,
): Iterable<readonly SampledFile[]> {
  const chunks = files.reduce((sum, file) => sum + file.chunkCount, 0)
  const count = Math.min(most, chunks)
  const sampled: SampledFile[] = []
  let taken = 0
  let before = 0
  for (const file of files) {
    const ordinals: number[] = []
    for (; taken < count; taken++) {
      const ordinal = Math.floor((taken * chunks) / count) - before
      if (ordinal >= file.chunkCount) break
      ordinals.push(ordinal)
    }
    before += file.chunkCount
    if (ordinals.length > 0) sampled.push({ file, ordinals })
  }
  return batches(sampled, filesPerPage)
}
