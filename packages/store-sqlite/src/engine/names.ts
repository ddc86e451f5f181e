import type { Database } from './database.ts'

/** Strings stored once and named by a small integer elsewhere. */
export interface Names {
  /** The integer of a string, which is stored if it is new. */
  intern(name: string): number
  /** The integer of a string; null where it was never stored. */
  find(name: string): number | null
}

/** Rows of `names`, `repositories` or `graph_ids`. */
export function createNames(
  database: Database,
  table: 'names' | 'repositories' | 'graph_ids',
): Names {
  const find = (name: string): number | null =>
    database.prepare<{ id: number }>(`select id from ${table} where name = ?`).get(name)?.id ?? null
  return {
    find,
    intern(name) {
      const known = find(name)
      if (known !== null) return known
      const row = database
        .prepare<{ id: number }>(`insert into ${table} (name) values (?) returning id`)
        .get(name)
      if (!row) throw new Error(`SQLite returned no id for a new row of ${table}.`)
      return row.id
    },
  }
}
