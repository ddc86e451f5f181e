import {
  type GraphEdge,
  type GraphEdgeType,
  type GraphNode,
  InvalidOptionsError,
  type StoreCallOptions,
} from '@cairn/core'
import type { Connection } from './connection.ts'
import {
  type EdgeColumns,
  edgeColumns,
  edgeTypes,
  type NodeColumns,
  nodeColumns,
  toEdge,
  toNode,
  typePattern,
  unresolvedLabel,
} from './model.ts'

/** A node that calls lead to, and over how many of them. */
export interface ReachedNode {
  readonly node: GraphNode
  /** Calls on the shortest way, from 1. */
  readonly distance: number
}

/** What `callers` and `callees` are asked. */
export interface ReachOptions extends StoreCallOptions {
  /** Most calls on the way, 1–20. @default 1 */
  readonly depth?: number
  /** Most nodes, nearest first. @default 100 */
  readonly limit?: number
}

/** A way through the graph: every edge leads from the node before it to the node after it. */
export interface GraphPath {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/** What `paths` is asked. */
export interface PathOptions extends StoreCallOptions {
  /** Most edges of a path, 1–20. @default 6 */
  readonly maxLength?: number
  /** Edges that a path may take. @default every type */
  readonly types?: readonly GraphEdgeType[]
  /** Most paths, shortest first. @default 10 */
  readonly limit?: number
}

/** How much of what a repository is made of. */
export interface GraphShape {
  /** Nodes by label; a symbol counts as `Symbol` and as what it is, for example `Function`. */
  readonly labels: Readonly<Record<string, number>>
  /** Relationships by type. */
  readonly relationships: Readonly<Record<string, number>>
}

/** Questions over more than one edge. A node comes once, whoever owns it. */
export interface Walks {
  /** Symbols and files that call a symbol, also over others. */
  callers(symbolId: string, options?: ReachOptions): Promise<ReachedNode[]>
  /** Symbols that a symbol or a file calls, also over others. */
  callees(id: string, options?: ReachOptions): Promise<ReachedNode[]>
  /** The shortest paths from one node to another along the direction of edges. */
  paths(from: string, to: string, options?: PathOptions): Promise<GraphPath[]>
  /** Counts of a repository by label and by relationship; both empty for an unknown one. */
  shape(repository: string, options?: StoreCallOptions): Promise<GraphShape>
}

const longest = 20

/** The {@link Walks} of one database. */
export function createWalks({ read }: Pick<Connection, 'read'>): Walks {
  const reach =
    (left: string, right: string): Walks['callers'] =>
    async (id, { depth = 1, limit = 100, signal } = {}) => {
      checkCounts({ depth, limit }, 'depth')
      return read(signal, async (run) => {
        const records = await run<readonly [NodeColumns, number]>(
          `MATCH path = SHORTEST 1 (here:Cairn {id: $id})${left}[:CALLS]${right}{1,${depth}}(there:Cairn)
           WHERE there.owner IS NOT NULL
           WITH there, length(path) AS distance
           ORDER BY distance, there.path, there.startLine, there.id LIMIT ${limit}
           RETURN ${nodeColumns('there')}, distance`,
          { id },
        )
        return records.map(([columns, distance]) => ({ node: toNode(columns), distance }))
      })
    }

  return {
    callers: reach('<-', '-'),
    callees: reach('-', '->'),

    async paths(from, to, { maxLength = 6, types = edgeTypes, limit = 10, signal } = {}) {
      checkCounts({ maxLength, limit }, 'maxLength')
      if (types.length === 0) return []
      return read(signal, async (run) => {
        const records = await run<readonly [readonly NodeColumns[], readonly EdgeColumns[]]>(
          `MATCH path = SHORTEST ${limit}
             (from:Cairn {id: $from})-[:${typePattern(types)}]->{1,${maxLength}}(to:Cairn {id: $to})
           WHERE all(n IN nodes(path) WHERE n.owner IS NOT NULL)
           RETURN [n IN nodes(path) | ${nodeColumns('n')}],
             [r IN relationships(path) | ${edgeColumns('r')}]
           ORDER BY length(path)`,
          { from, to },
        )
        return records.map(([nodes, edges]) => ({
          nodes: nodes.map(toNode),
          edges: edges.map(toEdge),
        }))
      })
    },

    shape: (repository, options) =>
      read(options?.signal, async (run) => {
        const [labels, relationships] = await Promise.all([
          run<readonly [label: string, count: number]>(
            `MATCH (n:Cairn) WHERE n.repository = $repository
             UNWIND [label IN labels(n) WHERE label <> 'Cairn' AND label <> '${unresolvedLabel}'] AS label
             RETURN label, count(*) ORDER BY label`,
            { repository },
          ),
          run<readonly [type: string, count: number]>(
            `CALL () {
               MATCH (:Cairn:Repository {repository: $repository})-[:CONTAINS]->(f:Cairn)
               RETURN 'CONTAINS' AS type, count(f) AS edges
               ${edgeTypes
                 .map(
                   (edge) => `UNION ALL
               MATCH ()-[r:${typePattern([edge])}]->() WHERE r.repository = $repository AND r.owner IS NOT NULL
               RETURN '${typePattern([edge])}' AS type, count(r) AS edges`,
                 )
                 .join('\n')}
             }
             WITH type, edges WHERE edges > 0
             RETURN type, edges`,
            { repository },
          ),
        ])
        return {
          labels: Object.fromEntries(labels),
          relationships: Object.fromEntries(relationships),
        }
      }),
  }
}

/** Both stand in the text of the query, which takes no parameter there. */
function checkCounts(counts: Readonly<Record<string, number>>, length: string): void {
  for (const [name, value] of Object.entries(counts)) {
    const most = name === length ? longest : Number.MAX_SAFE_INTEGER
    if (!Number.isSafeInteger(value) || value < 1 || value > most) {
      throw new InvalidOptionsError(
        name === length
          ? `${name} is a whole number from 1 to ${longest}.`
          : `${name} is a whole number from 1.`,
      )
    }
  }
}
