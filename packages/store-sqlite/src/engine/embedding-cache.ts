import { type PackedVectors, packVectors, unpackBytes } from '../packed-vectors.ts'
import type { Database } from './database.ts'
import type { Names } from './names.ts'
import { createVectorPruning } from './spare-vectors.ts'

/** `EmbeddingCache` with vectors packed for the way between threads. */
export interface CachePart {
  get(fingerprint: string, textHashes: readonly string[]): PackedVectors
  put(fingerprint: string, textHashes: readonly string[], vectors: PackedVectors): void
  readonly prune: ReturnType<typeof createVectorPruning>
}

/** Vectors by text. */
export function createEmbeddingCache(database: Database, names: Names): CachePart {
  return {
    get(fingerprint, textHashes) {
      const space = names.find(fingerprint)
      const find = database.prepare<{ vector: Uint8Array }>(
        'select vector from embedding_cache where space = ? and text_hash = ?',
      )
      return packVectors(
        textHashes.map((hash) => find.get(space, Buffer.from(hash, 'hex'))?.vector ?? null),
      )
    },
    put(fingerprint, textHashes, vectors) {
      const space = names.intern(fingerprint)
      const insert = database.prepare(
        `insert into embedding_cache (space, text_hash, vector) values (?, ?, ?)
         on conflict (space, text_hash) do update set vector = excluded.vector`,
      )
      const bytes = unpackBytes(vectors)
      textHashes.forEach((hash, index) => {
        const vector = bytes[index]
        if (vector) insert.run(space, Buffer.from(hash, 'hex'), vector)
      })
    },
    prune: createVectorPruning(database, names),
  }
}
