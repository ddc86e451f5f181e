import type { Database } from './database.ts'
import type { Stepwise } from './sync.ts'

/** Looks after the file: what is stored stays as it is. */
export interface Maintenance {
  /** Brings the segments of the full text together, so that a search reads fewer. */
  readonly mergeWords: Stepwise<[], void>
  /** Bytes of the file that hold nothing. */
  unusedBytes(): number
  /** Measures what the query planner goes by. */
  refreshStatistics(): void
  /** Gives unused room back where there is some; outside of a transaction. */
  compact(): void
}

/** Pages of the full text that one step merges. */
const mergedPages = 500
/** Share of unused pages from which on writing the file anew is worth its while. */
const leastUnused = 0.05

export function createMaintenance(database: Database): Maintenance {
  const count = (sql: string, column: string): number =>
    database.prepare<Record<string, number>>(sql).get()?.[column] ?? 0
  const totalChanges = (): number => count('select total_changes() as n', 'n')

  return {
    *mergeWords() {
      const merge = database.prepare(
        "insert into chunk_words (chunk_words, rank) values ('merge', ?)",
      )
      // Negative at first: all segments then count as of one level. Fewer than two changes: nothing was merged.
      for (
        let pages = -mergedPages, before = -2;
        totalChanges() - before >= 2;
        pages = mergedPages
      ) {
        before = totalChanges()
        merge.run(pages)
        yield
      }
    },
    unusedBytes: () =>
      count('pragma freelist_count', 'freelist_count') * count('pragma page_size', 'page_size'),
    refreshStatistics() {
      database.exec('pragma optimize')
    },
    compact() {
      const unused = count('pragma freelist_count', 'freelist_count')
      if (unused >= leastUnused * count('pragma page_count', 'page_count')) database.exec('vacuum')
      database.exec('pragma wal_checkpoint(truncate)')
    },
  }
}
