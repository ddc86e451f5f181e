import type { ChunkFilter, VectorRow, VectorSpace } from '@cairn/core'
import { freshFingerprint, freshRepository, freshVersion } from '../fresh-names.ts'
import { seededVector } from '../vectors.ts'

/** A space that nothing else uses. */
export function freshSpace(dimensions = 4): VectorSpace {
  return { fingerprint: freshFingerprint(), dimensions }
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
