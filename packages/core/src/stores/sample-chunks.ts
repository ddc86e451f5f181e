import type { CheckDepth, CheckedFile } from './checked-file.ts'

/** A file and which of its chunks are looked at. */
export interface SampledFile {
  readonly file: CheckedFile
  readonly ordinals: readonly number[]
}

// Enough to notice a store that mangles vectors.
const sampleSize = 64

/**
 * Picks so many of all chunks, at even distances, or each of them: gives the ordinals of those that a file has,
 * as one file comes after the other.
 */
export function createSampler(
  chunks: number,
  depth: CheckDepth,
): (file: Pick<CheckedFile, 'chunkCount'>) => number[] {
  const count = depth === 'all' ? chunks : Math.min(sampleSize, chunks)
  let taken = 0
  let before = 0
  return ({ chunkCount }) => {
    const ordinals: number[] = []
    for (; taken < count; taken++) {
      const ordinal = Math.floor((taken * chunks) / count) - before
      if (ordinal >= chunkCount) break
      ordinals.push(ordinal)
    }
    before += chunkCount
    return ordinals
  }
}

/** The files that have any of the picked chunks. */
export function sampledFiles(
  files: Iterable<CheckedFile>,
  chunks: number,
  depth: CheckDepth,
): SampledFile[] {
  const pick = createSampler(chunks, depth)
  const sampled: SampledFile[] = []
  for (const file of files) {
    const ordinals = pick(file)
    if (ordinals.length > 0) sampled.push({ file, ordinals })
  }
  return sampled
}
