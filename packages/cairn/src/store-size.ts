import { stat } from 'node:fs/promises'
import { storePath } from './create-indexer.ts'

/** Bytes of the store's files in a data directory: the database and what SQLite keeps beside it. */
export async function storeSizeBytes(dataDirectory: string): Promise<number> {
  const path = storePath(dataDirectory)
  const sizes = await Promise.all(
    [path, `${path}-wal`, `${path}-shm`].map(async (file) => {
      try {
        return (await stat(file)).size
      } catch {
        // SQLite keeps the others only while the store is open.
        return 0
      }
    }),
  )
  return sizes.reduce((sum, size) => sum + size, 0)
}
