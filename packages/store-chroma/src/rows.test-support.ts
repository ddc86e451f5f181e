import { randomBytes } from 'node:crypto'
import type { VectorRow, VectorSpace } from '@cairn/core'

/** A space that nothing else uses. */
export function freshSpace(dimensions = 2): VectorSpace {
  return { fingerprint: `fingerprint-${randomBytes(8).toString('hex')}`, dimensions }
}

/** Rows of one repository, `perFile` chunks for each file. */
export function rowsOf(repository: string, count: number, perFile = 1): VectorRow[] {
  let version = ''
  return Array.from({ length: count }, (_, index) => {
    if (index % perFile === 0) version = `v${randomBytes(16).toString('hex')}`
    return {
      id: `${version}:${index % perFile}`,
      vector: Float32Array.of(Math.cos(index), Math.sin(index)),
      repository,
      version,
      path: `src/${index}.ts`,
      language: 'typescript',
      symbolKind: null,
    }
  })
}
