import type { GraphEdge, GraphNeighbour, GraphNode, GraphStore, OwnerCount } from '@cairn/core'
import { int } from 'neo4j-driver'
import type { Connection } from './connection.ts'
import {
  type EdgeColumns,
  edgeColumns,
  edgeTypes,
  type NodeColumns,
  nodeColumns,
  relationshipTypes,
  toEdge,
  toNode,
  typePattern,
  unresolvedLabel,
} from './model.ts'

/** The rows of `node`: its own and its shares. */
const rowsOf = (node: string): string =>
  `CALL (${node}) {
     WITH ${node} WHERE ${node}.owner IS NOT NULL RETURN ${node} AS row
     UNION ALL
     MATCH (row:CairnShare) WHERE row.id = ${node}.id AND row.owner IS NOT NULL RETURN row
   }`

const countsOf = (pattern: string, counts: string): string =>
  `MATCH ${pattern} WHERE row.repository = $repository AND row.owner > $after
   WITH row.repository AS repository, row.owner AS owner, count(*) AS count
   ORDER BY repository, owner LIMIT $limit
   RETURN owner, ${counts}`

// Each part is read in the order of its index, and no further than a page needs.
const ownerCounts = `CALL () {
    ${[
      countsOf('(row:Cairn)', 'count AS nodes, 0 AS edges'),
      countsOf('(row:CairnShare)', 'count AS nodes, 0 AS edges'),
      ...edgeTypes.map((type) =>
        countsOf(`(:Cairn)-[row:${relationshipTypes[type]}]->()`, '0 AS nodes, count AS edges'),
      ),
    ].join(' UNION ALL ')}
  }
  RETURN owner, sum(nodes), sum(edges) ORDER BY owner LIMIT $limit`

// A part for each type, so that each is found by its index.
const edgesOfOwners = `UNWIND $owners AS owner
  CALL (owner) {
    ${edgeTypes
      .map(
        (type) =>
          `MATCH (:Cairn)-[r:${relationshipTypes[type]}]->(:Cairn)
           WHERE r.repository = $repository AND r.owner = owner RETURN r`,
      )
      .join(' UNION ALL ')}
  }
  RETURN ${edgeColumns('r')}`

/** The reads of {@link GraphStore}. */
export function createReads({
  read,
}: Pick<Connection, 'read'>): Pick<
  GraphStore,
  'nodes' | 'neighbours' | 'owners' | 'edges' | 'danglingEdges'
> {
  return {
    nodes: (ids, options) =>
      read(options?.signal, async (run): Promise<GraphNode[]> => {
        const records = await run<readonly [NodeColumns]>(
          `UNWIND $ids AS id MATCH (n:Cairn {id: id}) ${rowsOf('n')} RETURN ${nodeColumns('row')}`,
          { ids: [...new Set(ids)] },
        )
        return records.map(([columns]) => toNode(columns))
      }),

    neighbours: (id, { direction, types = edgeTypes, limit, signal }) =>
      read(signal, async (run): Promise<GraphNeighbour[]> => {
        if (types.length === 0) return []
        const [left, right] = direction === 'out' ? ['-', '->'] : ['<-', '-']
        const records = await run<readonly [EdgeColumns, NodeColumns]>(
          `MATCH (here:Cairn {id: $id})${left}[r:${typePattern(types)}]${right}(there:Cairn)
           WHERE r.owner IS NOT NULL
           ${rowsOf('there')}
           WITH r, row LIMIT $limit
           RETURN ${edgeColumns('r')}, ${nodeColumns('row')}`,
          { id, limit: int(limit) },
        )
        return records.map(([edge, node]) => ({ edge: toEdge(edge), node: toNode(node) }))
      }),

    owners: ({ repository, after = '', limit, signal }) =>
      read(signal, async (run): Promise<OwnerCount[]> => {
        const records = await run<readonly [owner: string, nodes: number, edges: number]>(
          ownerCounts,
          { repository, after, limit: int(limit) },
        )
        return records.map(([owner, nodes, edges]) => ({ owner, nodes, edges }))
      }),

    edges: (repository, owners, options) =>
      read(options?.signal, async (run): Promise<GraphEdge[]> => {
        const records = await run<readonly [EdgeColumns]>(edgesOfOwners, {
          repository,
          owners: [...new Set(owners)],
        })
        return records.map(([columns]) => toEdge(columns))
      }),

    danglingEdges: ({ repository, limit, signal }) =>
      read(signal, async (run): Promise<GraphEdge[]> => {
        const records = await run<readonly [EdgeColumns]>(
          `MATCH (:Cairn&${unresolvedLabel})-[r:${typePattern()}]-(:Cairn)
           WHERE r.repository = $repository AND r.owner IS NOT NULL
           WITH DISTINCT r LIMIT $limit
           RETURN ${edgeColumns('r')}`,
          { repository, limit: int(limit) },
        )
        return records.map(([columns]) => toEdge(columns))
      }),
  }
}
