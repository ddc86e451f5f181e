import type { ChunkFilter, VectorRow } from '@cairn/core'
import type { Metadata, Where } from 'chromadb'
import { idOrder } from './id-order.ts'

/**
 * What stands beside a vector. Chroma keeps a key that a later write leaves out, so every write has all
 * of them: a chunk without a symbol has an empty kind.
 */
export function rowMetadata(row: Omit<VectorRow, 'vector'>): Metadata {
  return {
    repository: row.repository,
    version: row.version,
    path: row.path,
    language: row.language,
    symbolKind: row.symbolKind ?? '',
    order: idOrder(row.id),
  }
}

/** The rows of a repository. */
function ofRepository(repository: string): Where {
  return { repository: { $eq: repository } }
}

/** The rows of a repository whose ids' order is at least `from` and below `to`. */
export function ofRepositoryBetween(repository: string, from: number, to: number): Where {
  return { $and: [ofRepository(repository), { order: { $gte: from } }, { order: { $lt: to } }] }
}

/** The rows that pass a filter; undefined for all, null for none. */
export function filterWhere({
  repositories,
  languages,
  symbolKinds,
  versions,
}: ChunkFilter): Where | undefined | null {
  const lists = {
    repository: repositories,
    language: languages,
    symbolKind: symbolKinds,
    version: versions,
  }
  const conditions: Where[] = []
  for (const [key, values] of Object.entries(lists)) {
    if (values === undefined) continue
    if (values.length === 0) return null
    conditions.push({ [key]: { $in: [...values] } })
  }
  const [only] = conditions
  return conditions.length > 1 ? { $and: conditions } : only
}
