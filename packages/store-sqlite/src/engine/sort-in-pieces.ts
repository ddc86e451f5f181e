import type { Database } from './database.ts'

const pieceKilobytes = 1_024

/**
 * Runs `work`, whose statements sort in pieces of a megabyte instead of the size of the page cache, which is what
 * SQLite goes by. A block that large, once freed, has the allocator of the system (glibc) keep twice as much
 * of free memory from then on, and that for every thread of the process.
 * @see https://man7.org/linux/man-pages/man3/mallopt.3.html `M_MMAP_THRESHOLD`
 */
export function sortInPieces<T>(database: Database, work: () => T): T {
  const set = database.prepare<{ cache_size: number }>('pragma cache_size').get()
  database.exec(`pragma cache_size = ${-pieceKilobytes}`)
  try {
    return work()
  } finally {
    database.exec(`pragma cache_size = ${set?.cache_size}`)
  }
}
