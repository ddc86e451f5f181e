import { type PackedVectors, packVectors, unpackBytes } from '../packed-vectors.ts'
import { vectorChecksum } from './checksum.ts'
import type { Database } from './database.ts'
import type { Names } from './names.ts'
import { createVectorPruning, type SpacesInUse } from './spare-vectors.ts'

/** `EmbeddingCache` with vectors packed for the way between threads. */
export interface CachePart {
  get(fingerprint: string, textHashes: readonly string[]): PackedVectors
  put(fingerprint: string, textHashes: readonly string[], vectors: PackedVectors): void
  readonly prune: ReturnType<typeof createVectorPruning>
}

/** Vectors by text. */
export function createEmbeddingCache(
  database: Database,
  names: Names,
  spacesInUse: SpacesInUse,
): CachePart {
  return {
    get(fingerprint, textHashes) {
      const space = names.find(fingerprint)
      const find = database.prepare<{ vector: Uint8Array; checksum: number }>(
        'select vector, checksum from embedding_cache where space = ? and text_hash = ?',
      )
      return packVectors(
        textHashes.map((hex) => {
          const hash = Buffer.from(hex, 'hex')
          const row = find.get(space, hash)
          if (!row || row.checksum !== vectorChecksum(fingerprint, hash, row.vector)) return null
          return row.vector
        }),
      )
    },
    put(fingerprint, textHashes, vectors) {
      const space = names.intern(fingerprint)
      const insert = database.prepare(
        `insert into embedding_cache (space, text_hash, vector, checksum) values (?, ?, ?, ?)
         on conflict (space, text_hash) do update set vector = excluded.vector, checksum = excluded.checksum`,
      )
      const bytes = unpackBytes(vectors)
      textHashes.forEach((hex, index) => {
        const vector = bytes[index]
        if (!vector) return
        const hash = Buffer.from(hex, 'hex')
        insert.run(space, hash, vector, vectorChecksum(fingerprint, hash, vector))
      })
    },
    prune: createVectorPruning(database, names, spacesInUse),
  }
}
