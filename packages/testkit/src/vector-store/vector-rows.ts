import type { ChunkFilter, VectorRow, VectorSpace } from '@cairn/core'
import { freshFingerprint, freshRepository, freshVersion } from '../fresh-names.ts'

/** A space that nothing else uses. */
export function freshSpace(dimensions = 4): VectorSpace {
  return { fingerprint: freshFingerprint(), dimensions }
}

/** `values` scaled to unit length. */
export function unit(...values: readonly number[]): Float32Array {
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}

/** A vector that looks random and is the same for the same seed. */
export function seededVector(dimensions: number, seed: number): Float32Array {
  return unit(
    ...Array.from({ length: dimensions }, (_, index) =>
      Math.sin(seed * 12.9898 + index * 78.233 + 1),
    ),
  )
}

/** A row with a version, a path and a repository of its own where none is given. */
export function vectorRow(row: Partial<VectorRow> & Pick<VectorRow, 'vector'>): VectorRow {
  const version = row.version ?? freshVersion()
  return {
    id: `${version}:0`,
    repository: freshRepository(),
    path: 'src/a.ts',
    language: 'typescript',
    symbolKind: 'function',
    ...row,
    version,
  }
}

/** Rows of one repository with different seeded vectors. */
export function vectorRows(
  count: number,
  row: Partial<VectorRow> & Pick<VectorRow, 'repository'>,
  dimensions = 4,
): VectorRow[] {
  const version = row.version ?? freshVersion()
  return Array.from({ length: count }, (_, index) =>
    vectorRow({
      vector: seededVector(dimensions, index),
      id: `${version}:${index}`,
      version,
      ...row,
    }),
  )
}

/** Cosine distance of two vectors, computed in double precision. */
export function cosineDistance(left: Float32Array, right: Float32Array): number {
  let product = 0
  let leftSquares = 0
  let rightSquares = 0
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? Number.NaN
    product += value * other
    leftSquares += value * value
    rightSquares += other * other
  }
  return 1 - product / Math.sqrt(leftSquares * rightSquares)
}

/** Whether a row satisfies a filter. */
export function passes(row: VectorRow, filter: ChunkFilter): boolean {
  return (
    (filter.repositories?.includes(row.repository) ?? true) &&
    (filter.languages?.includes(row.language) ?? true) &&
    (filter.symbolKinds === undefined ||
      (row.symbolKind !== null && filter.symbolKinds.includes(row.symbolKind))) &&
    (filter.versions?.includes(row.version) ?? true)
  )
}
