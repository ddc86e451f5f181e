/** A vector store in memory, and how an indexer uses it next to the journal and graph in SQLite. */
import { StoreError } from 'cairn'

/**
 * @typedef {import('cairn').ChunkFilter} ChunkFilter
 * @typedef {import('cairn').VectorRow} VectorRow
 * @typedef {import('cairn').VectorSpace} VectorSpace
 */

/**
 * Vectors in a map for each space; they are gone when the process ends.
 * @returns {import('cairn').VectorStore}
 */
export function memoryVectors() {
  /** @type {Map<string, { space: VectorSpace, rows: Map<string, VectorRow> }>} */
  const spaces = new Map()
  /** @param {VectorSpace} space */
  const entryOf = (space) => spaces.get(space.fingerprint) ?? { space, rows: new Map() }

  return {
    id: 'memory',
    maxBatch: 1_000,
    async upsert(space, rows, { signal } = {}) {
      signal?.throwIfAborted()
      for (const { vector } of rows) refuseOtherDimensions(entryOf(space).space, space, vector)
      const entry = entryOf(space)
      spaces.set(space.fingerprint, entry)
      for (const row of rows) entry.rows.set(row.id, { ...row, vector: row.vector.slice() })
    },
    async delete(space, ids, { signal } = {}) {
      signal?.throwIfAborted()
      const rows = entryOf(space).rows
      return ids.filter((id) => rows.delete(id)).length
    },
    async query(space, vector, { limit, filter, signal }) {
      signal?.throwIfAborted()
      refuseOtherDimensions(entryOf(space).space, space, vector)
      return [...entryOf(space).rows.values()]
        .filter((row) => matches(row, filter))
        .map((row) => ({ id: row.id, distance: cosineDistance(row.vector, vector) }))
        .sort((one, other) => one.distance - other.distance || (one.id < other.id ? -1 : 1))
        .slice(0, limit)
    },
    async get(space, ids, { signal } = {}) {
      signal?.throwIfAborted()
      const rows = entryOf(space).rows
      return ids.map((id) => rows.get(id)?.vector.slice() ?? null)
    },
    async ids(space, { repository, after = '', limit, signal }) {
      signal?.throwIfAborted()
      return [...entryOf(space).rows.values()]
        .filter((row) => row.repository === repository && row.id > after)
        .map((row) => row.id)
        .sort()
        .slice(0, limit)
    },
    async count(space, { repository, signal }) {
      signal?.throwIfAborted()
      return [...entryOf(space).rows.values()].filter((row) => row.repository === repository).length
    },
    async spaces({ signal } = {}) {
      signal?.throwIfAborted()
      return [...spaces.values()].filter(({ rows }) => rows.size > 0).map(({ space }) => space)
    },
    async removeRepository(repository, { signal } = {}) {
      signal?.throwIfAborted()
      let removed = 0
      for (const { rows } of spaces.values()) {
        for (const row of [...rows.values()]) {
          if (row.repository === repository && rows.delete(row.id)) removed++
        }
      }
      return removed
    },
    async close() {
      spaces.clear()
    },
  }
}

/**
 * @param {VectorSpace} known
 * @param {VectorSpace} space
 * @param {Float32Array} vector
 */
function refuseOtherDimensions(known, space, vector) {
  const { dimensions, fingerprint } = known
  if (space.dimensions === dimensions && vector.length === dimensions) return
  const message = `The space ${fingerprint} holds vectors of ${dimensions} dimensions, not ${vector.length}.`
  throw new StoreError('STORE_FAILED', message)
}

/**
 * @param {VectorRow} row
 * @param {ChunkFilter} [filter]
 */
function matches(row, filter = {}) {
  const { repositories, languages, symbolKinds, versions } = filter
  return (
    (repositories?.includes(row.repository) ?? true) &&
    (languages?.includes(row.language) ?? true) &&
    (symbolKinds === undefined ||
      (row.symbolKind !== null && symbolKinds.includes(row.symbolKind))) &&
    (versions?.includes(row.version) ?? true)
  )
}

/**
 * Both have unit length.
 * @param {Float32Array} one
 * @param {Float32Array} other
 */
function cosineDistance(one, other) {
  let dot = 0
  for (const [index, value] of one.entries()) dot += value * (other[index] ?? 0)
  return 1 - dot
}
