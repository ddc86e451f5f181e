import type { StoredDifference } from '@cairn/core'
import type { Database } from './database.ts'
import type { Inspection } from './inspect-journal.ts'
import type { Stepwise } from './sync.ts'

/** Rows that one step deletes. */
const page = 1_000

/**
 * Finds rows of the graph that no owner has, and names of nodes that no row has. They are of no
 * repository that could be told; whoever looks first finds them.
 */
export function createInspectGraph(
  database: Database,
): Stepwise<[inspection: Inspection], StoredDifference[]> {
  const orphans: readonly { readonly find: string; readonly remove: string }[] = [
    {
      find: `select ifnull(i.name, n.node) as id, n.owner, n.node from graph_nodes n
        left join graph_ids i on i.id = n.node
        where not exists (select 1 from graph_owners o where o.id = n.owner)`,
      remove:
        'delete from graph_nodes where not exists (select 1 from graph_owners o where o.id = owner)',
    },
    {
      find: `select distinct ifnull(i.name, e.source) as id from graph_edges e
        left join graph_ids i on i.id = e.source
        where not exists (select 1 from graph_owners o where o.id = e.owner)`,
      remove:
        'delete from graph_edges where not exists (select 1 from graph_owners o where o.id = owner)',
    },
    {
      find: `select name as id from graph_ids where ${unnamed}`,
      remove: `delete from graph_ids where ${unnamed}`,
    },
  ]
  return function* inspect({ repair }) {
    const differences: StoredDifference[] = []
    for (const { find, remove } of orphans) {
      const rows = database
        .prepare<{ id: string | number }>(`${find} limit ${page}`)
        .all()
        .map(({ id }): StoredDifference => ({ kind: 'orphan', id: String(id), path: null }))
      if (repair && rows.length > 0) database.exec(remove)
      differences.push(...rows)
      yield
    }
    return differences
  }
}

const unnamed = `not exists (select 1 from graph_nodes where node = graph_ids.id)
  and not exists (select 1 from graph_edges where source = graph_ids.id)
  and not exists (select 1 from graph_edges where target = graph_ids.id)`
