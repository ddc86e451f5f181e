import { type GraphEdge, type GraphNode, type GraphRows, StoreError } from '@cairn/core'
import type { Run } from './connection.ts'
import {
  changingLabels,
  edgeTypes,
  labelsOf,
  nodeLabels,
  nodeProperties,
  packNode,
  packNumber,
  relationshipTypes,
  repositoryNodeId,
  shareProperties,
  unresolvedLabel,
} from './model.ts'

/** `rows` with the last of those of the same identity. */
export function uniqueRows({ nodes, edges }: GraphRows): GraphRows {
  const lastOf = <Row>(rows: readonly Row[], key: (row: Row) => string): Row[] => [
    ...new Map(rows.map((row) => [key(row), row])).values(),
  ]
  return {
    nodes: lastOf(nodes, ({ id, owner }) => `${id}\n${owner}`),
    edges: lastOf(edges, ({ owner, type, from, to }) => `${owner}\n${type}\n${from}\n${to}`),
  }
}

/**
 * Writes rows, of which no two have the same identity. Looks first what is there, so that what is new,
 * which is nearly all, is created without searching for it again.
 */
export async function writeRows(run: Run, { nodes, edges }: GraphRows): Promise<void> {
  const ids = new Set(nodes.map(({ id }) => id))
  for (const { from, to } of edges) ids.add(from).add(to)
  const edgesByType = edgeTypes.flatMap((type) => {
    const own = edges.filter((edge) => edge.type === type)
    return own.length > 0 ? [{ type: relationshipTypes[type], edges: own }] : []
  })
  const [known, ...knownOwners] = await Promise.all([
    knownNodes(run, [...ids]),
    ...edgesByType.map((group) => ownersWithEdges(run, group.type, group.edges)),
  ])

  const placed = placeNodes(nodes, known)
  const unresolved = [...ids].filter((id) => !known.has(id) && !placed.ids.has(id))
  // All are sent at once and done in this order.
  await Promise.all([
    ...createNodes(run, placed.created),
    ...writeOver(run, placed.replaced),
    ...writeShares(run, placed.shared),
    ...createUnresolved(run, unresolved),
    ...contain(run, [...placed.created, ...placed.replaced]),
    ...edgesByType.flatMap((group, index) =>
      writeEdges(run, group.type, group.edges, knownOwners[index] ?? new Set()),
    ),
  ])
}

/** Id → its owner, null for an end of edges that is no node; of the ids that are there. */
async function knownNodes(
  run: Run,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string | null>> {
  const records = await run<readonly [id: string, owner: string | null]>(
    'UNWIND $ids AS id MATCH (n:Cairn {id: id}) RETURN id, n.owner AS owner',
    { ids },
  )
  return new Map(records)
}

const ownerKey = ({ repository, owner }: Pick<GraphEdge, 'repository' | 'owner'>): string =>
  `${repository}\n${owner}`

async function ownersWithEdges(
  run: Run,
  type: string,
  edges: readonly GraphEdge[],
): Promise<ReadonlySet<string>> {
  const owners = new Map(
    edges.map((edge) => [ownerKey(edge), { repository: edge.repository, owner: edge.owner }]),
  )
  const records = await run<readonly [repository: string, owner: string]>(
    `UNWIND $owners AS o
     MATCH ()-[r:${type} {repository: o.repository, owner: o.owner}]->()
     RETURN DISTINCT o.repository, o.owner`,
    { owners: [...owners.values()] },
  )
  return new Set(records.map(([repository, owner]) => ownerKey({ repository, owner })))
}

/** Where each row goes: the first owner of an id has the node itself, others have a share in it. */
function placeNodes(
  nodes: readonly GraphNode[],
  known: ReadonlyMap<string, string | null>,
): {
  readonly ids: ReadonlySet<string>
  readonly created: readonly GraphNode[]
  readonly replaced: readonly GraphNode[]
  readonly shared: readonly GraphNode[]
} {
  const owners = new Map<string, string>()
  const created: GraphNode[] = []
  const replaced: GraphNode[] = []
  const shared: GraphNode[] = []
  for (const node of nodes) {
    const { id, owner } = node
    const before = owners.get(id) ?? known.get(id)
    if (before !== undefined && before !== null && before !== owner) {
      shared.push(node)
      continue
    }
    if (known.has(id)) replaced.push(node)
    else created.push(node)
    owners.set(id, owner)
  }
  return { ids: new Set(owners.keys()), created, replaced, shared }
}

function createNodes(run: Run, nodes: readonly GraphNode[]): Promise<unknown>[] {
  const byLabels = new Map<string, GraphNode[]>()
  for (const node of nodes) {
    const labels = labelsOf(node).join(':')
    const group = byLabels.get(labels)
    if (group) group.push(node)
    else byLabels.set(labels, [node])
  }
  return [...byLabels].map(([labels, group]) =>
    run(`UNWIND $rows AS row CREATE (:Cairn:${labels} ${nodeProperties})`, {
      rows: group.map(packNode),
    }),
  )
}

/** Writes over a row of the same owner, or makes a node of what edges alone named. */
function writeOver(run: Run, nodes: readonly GraphNode[]): Promise<unknown>[] {
  if (nodes.length === 0) return []
  return [
    run(
      `UNWIND $rows AS row
       MATCH (n:Cairn {id: row[0]})
       REMOVE n:$($labels)
       SET n:$(${nodeLabels}), n += ${nodeProperties}`,
      { rows: nodes.map(packNode), labels: changingLabels },
    ),
  ]
}

function writeShares(run: Run, nodes: readonly GraphNode[]): Promise<unknown>[] {
  if (nodes.length === 0) return []
  return [
    run(
      `UNWIND $rows AS row
       MERGE (s:CairnShare {id: row[0], owner: row[1]})
       SET s += ${shareProperties}`,
      { rows: nodes.map(packNode) },
    ),
  ]
}

function createUnresolved(run: Run, ids: readonly string[]): Promise<unknown>[] {
  if (ids.length === 0) return []
  return [run(`UNWIND $ids AS id CREATE (:Cairn:${unresolvedLabel} {id: id})`, { ids })]
}

/** Hangs files below their repository. */
function contain(run: Run, nodes: readonly GraphNode[]): Promise<unknown>[] {
  const filesByRepository = new Map<string, string[]>()
  for (const { id, kind, repository } of nodes) {
    if (kind !== 'file') continue
    const files = filesByRepository.get(repository)
    if (files) files.push(id)
    else filesByRepository.set(repository, [id])
  }
  return [...filesByRepository].map(([repository, files]) =>
    run(
      `MERGE (r:Cairn {id: $id})
       ON CREATE SET r:Repository, r.name = $repository, r.repository = $repository
       WITH r UNWIND $files AS file
       MATCH (f:Cairn {id: file})
       MERGE (r)-[:CONTAINS]->(f)`,
      { id: repositoryNodeId(repository), repository, files },
    ),
  )
}

const edgeEnds = `UNWIND $rows AS row
  MATCH (from:Cairn {id: row[0]})
  MATCH (to:Cairn {id: row[1]})`

function writeEdges(
  run: Run,
  type: string,
  edges: readonly GraphEdge[],
  knownOwners: ReadonlySet<string>,
): Promise<unknown>[] {
  const isKnown = (edge: GraphEdge): boolean => knownOwners.has(ownerKey(edge))
  const write = async (statement: string, rows: readonly GraphEdge[]): Promise<void> => {
    if (rows.length === 0) return
    const [record] = await run<readonly [count: number]>(
      `${edgeEnds} ${statement} RETURN count(*)`,
      {
        rows: rows.map(({ from, to, repository, owner, resolution, line }) => [
          from,
          to,
          repository,
          owner,
          resolution,
          packNumber(line),
        ]),
      },
    )
    if (record?.[0] !== rows.length) throw endLost()
  }
  return [
    write(
      `CREATE (from)-[:${type} {repository: row[2], owner: row[3], resolution: row[4], line: row[5]}]->(to)`,
      edges.filter((edge) => !isKnown(edge)),
    ),
    write(
      `MERGE (from)-[r:${type} {repository: row[2], owner: row[3]}]->(to)
       SET r.resolution = row[4], r.line = row[5]`,
      edges.filter(isKnown),
    ),
  ]
}

function endLost(): StoreError {
  return new StoreError(
    'STORE_FAILED',
    'A node went while an edge to it was written: another process writes to the same repository.',
    { recoverable: true },
  )
}
