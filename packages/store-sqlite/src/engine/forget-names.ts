import type { Database } from './database.ts'

/**
 * Forgets names of file versions and edge sets that no row has any more: each run makes new ones. The
 * newest name stays, so that its number is never given to another one.
 */
export function forgetNames(database: Database, ids: readonly number[]): void {
  if (ids.length === 0) return
  database
    .prepare(
      `delete from names where id in (select value from json_each(?)) and id < (select max(id) from names)
         and not exists (select 1 from spool_files where version = names.id)
         and not exists (select 1 from ledger_files where version = names.id)
         and not exists (select 1 from ledger_files where edge_set = names.id)
         and not exists (select 1 from plan_files where version = names.id)
         and id not in (select version from staged_files union all select edge_set from staged_files)
         and id not in (select version from garbage_versions)
         and id not in (select edge_set from garbage_edge_sets)`,
    )
    .run(JSON.stringify(ids))
}
