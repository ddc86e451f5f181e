import type { Connection, Run } from './connection.ts'
import { TooLargeError } from './connection.ts'
import {
  changingLabels,
  edgeTypes,
  type NodeColumns,
  nodeColumns,
  nodeLabels,
  nodeProperties,
  noNodeProperties,
  packNode,
  relationshipTypes,
  repositoryNodeId,
  toNode,
  unresolvedLabel,
} from './model.ts'

/** How many rows went. */
export interface Deleted {
  readonly nodes: number
  readonly edges: number
}

/** Most rows of one kind that one transaction deletes. */
const batch = 5_000

/** Deletes what these owners put there, or everything of a repository, in batches. */
export async function deleteRows(
  connection: Pick<Connection, 'write'>,
  selection: { readonly repository: string; readonly owners: readonly string[] | null },
  signal: AbortSignal | undefined,
): Promise<Deleted> {
  const deleted = { nodes: 0, edges: 0 }
  if (selection.owners?.length === 0) return deleted
  const deletion = createDeletion(selection)
  for (let limit = batch; ; ) {
    try {
      const step = await connection.write(signal, (run) => deletion(run, limit))
      deleted.nodes += step.nodes
      deleted.edges += step.edges
      if (step.isLast) return deleted
    } catch (error) {
      if (!(error instanceof TooLargeError) || limit === 1) throw error
      limit = Math.floor(limit / 2)
    }
  }
}

function createDeletion({
  repository,
  owners,
}: {
  readonly repository: string
  readonly owners: readonly string[] | null
}): (run: Run, limit: number) => Promise<Deleted & { readonly isLast: boolean }> {
  /** Matches `pattern`, whose variable is `row`, where it is of the selection. */
  const match = (pattern: string): string =>
    owners === null
      ? `MATCH ${pattern} WHERE row.repository = $repository AND row.owner IS NOT NULL`
      : `UNWIND $owners AS owner
         MATCH ${pattern} WHERE row.repository = $repository AND row.owner = owner`
  const selected = { repository, ...(owners === null ? {} : { owners }) }

  const deleteEdges = async (run: Run, limit: number): Promise<number[]> => {
    const results = await Promise.all(
      edgeTypes.map((type) =>
        run<readonly [count: number, unresolved: readonly string[]]>(
          `${match(`(from:Cairn)-[row:${relationshipTypes[type]}]->(to:Cairn)`)}
           WITH row,
             CASE WHEN from:${unresolvedLabel} THEN from.id END AS from,
             CASE WHEN to:${unresolvedLabel} THEN to.id END AS to
           LIMIT ${limit}
           DELETE row
           RETURN count(*), collect(DISTINCT from) + collect(DISTINCT to)`,
          selected,
        ),
      ),
    )
    const ends = new Set(results.flatMap(([record]) => record?.[1] ?? []))
    if (ends.size > 0) {
      await run(
        `UNWIND $ends AS id
         MATCH (n:Cairn:${unresolvedLabel} {id: id}) WHERE NOT EXISTS { (n)--() }
         DELETE n`,
        { ends: [...ends] },
      )
    }
    return results.map(([record]) => record?.[0] ?? 0)
  }

  const deleteShares = async (run: Run, limit: number): Promise<number> => {
    const [record] = await run<readonly [count: number]>(
      `${match('(row:CairnShare)')} WITH row LIMIT ${limit} DELETE row RETURN count(*)`,
      selected,
    )
    return record?.[0] ?? 0
  }

  const deleteNodes = async (run: Run, limit: number): Promise<number> => {
    const found = await run<readonly [id: string, share: NodeColumns | null, isUsed: boolean]>(
      `${match('(row:Cairn)')}
       WITH row LIMIT ${limit}
       CALL (row) {
         OPTIONAL MATCH (s:CairnShare) WHERE s.id = row.id AND s.owner IS NOT NULL
         RETURN s ORDER BY s.owner LIMIT 1
       }
       RETURN row.id, CASE WHEN s IS NULL THEN null ELSE ${nodeColumns('s')} END,
         EXISTS { (row)-[r]-(other) WHERE NOT (type(r) = 'CONTAINS' AND other:Cairn:Repository) }`,
      selected,
    )
    const inherited = found.flatMap(([, share]) => (share === null ? [] : [toNode(share)]))
    const left = found.filter(([, share]) => share === null)
    await Promise.all([
      inherit(run, inherited),
      becomeUnresolved(
        run,
        left.filter(([, , isUsed]) => isUsed).map(([id]) => id),
      ),
      vanish(
        run,
        left.filter(([, , isUsed]) => !isUsed).map(([id]) => id),
      ),
    ])
    return found.length
  }

  return async (run, limit) => {
    const edges = await deleteEdges(run, limit)
    const shares = await deleteShares(run, limit)
    const counted = edges.reduce((sum, count) => sum + count, 0)
    // Nodes last: until then an edge may hold one, or a share of the same owners inherit it.
    if (shares === limit || edges.includes(limit)) {
      return { nodes: shares, edges: counted, isLast: false }
    }
    const nodes = await deleteNodes(run, limit)
    const isLast = nodes < limit
    if (isLast) {
      await run('MATCH (r:Cairn:Repository {id: $id}) WHERE NOT EXISTS { (r)--() } DELETE r', {
        id: repositoryNodeId(repository),
      })
    }
    return { nodes: shares + nodes, edges: counted, isLast }
  }
}

/** Gives nodes to the next of their owners. */
async function inherit(run: Run, rows: readonly Parameters<typeof packNode>[0][]): Promise<void> {
  if (rows.length === 0) return
  await run(
    `UNWIND $rows AS row
     MATCH (n:Cairn {id: row[0]})
     MATCH (s:CairnShare {id: row[0], owner: row[1]})
     REMOVE n:$($labels)
     SET n:$(${nodeLabels}), n += ${nodeProperties}
     DELETE s`,
    { rows: rows.map(packNode), labels: changingLabels },
  )
}

/** What an edge still leads to, of ours or of someone else's, stays as an end without a row. */
async function becomeUnresolved(run: Run, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await run(
    `UNWIND $ids AS id
     MATCH (n:Cairn {id: id})
     REMOVE n:$($labels)
     SET n:${unresolvedLabel}, n += ${noNodeProperties}
     WITH n
     MATCH (:Cairn:Repository)-[c:CONTAINS]->(n)
     DELETE c`,
    { ids, labels: changingLabels },
  )
}

async function vanish(run: Run, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return
  await run('UNWIND $ids AS id MATCH (n:Cairn {id: id}) DETACH DELETE n', { ids })
}
