import type {
  EdgeResolution,
  GraphEdge,
  GraphEdgeType,
  GraphNeighbour,
  GraphNode,
  GraphNodeKind,
  GraphStore,
  OwnerCount,
  SymbolKind,
} from '@cairn/core'
import {
  edgeNumbers,
  nodeNumbers,
  noNumber,
  type PackedGraph,
  unpackPart,
} from '@cairn/core/encoded-graph'
import type { Database } from './database.ts'
import { createInspectGraph } from './inspect-graph.ts'
import { createNames, type Names } from './names.ts'
import type { Stepwise, Sync } from './sync.ts'

interface NodeRow {
  id: string
  owner: string
  repository: string
  kind: GraphNodeKind
  name: string
  path: string | null
  symbol_path: string | null
  symbol_kind: SymbolKind | null
  start_line: number | null
  end_line: number | null
}

interface EdgeRow {
  edge_owner: string
  edge_repository: string
  type: GraphEdgeType
  source: string
  target: string
  resolution: EdgeResolution
  line: number | null
}

type GraphPart = Omit<Sync<GraphStore>, 'close' | 'upsert' | 'removeRepository' | 'inspect'> & {
  readonly inspect: ReturnType<typeof createInspectGraph>
  /** Of the parts of an encoded graph. */
  readonly upsert: (parts: readonly Uint8Array[]) => void
  readonly removeRepository: Stepwise<[repository: string], { nodes: number; edges: number }>
}

const nodeColumns = `i.name as id, o.owner, r.name as repository, n.kind, n.name, n.path, n.symbol_path,
  n.symbol_kind, n.start_line, n.end_line`
const edgeColumns = `eo.owner as edge_owner, er.name as edge_repository, e.type, s.name as source,
  t.name as target, e.resolution, e.line`
const edgeJoins = `join graph_owners eo on eo.id = e.owner
  join repositories er on er.id = eo.repository
  join graph_ids s on s.id = e.source
  join graph_ids t on t.id = e.target`

/** Owners that one step of a removal deletes. */
const removalPage = 200

/** {@link GraphStore} in two tables. */
export function createGraph(database: Database, repositories: Names): GraphPart {
  const ids = createNames(database, 'graph_ids')

  const findOwner = (repository: number, owner: string): number | null =>
    database
      .prepare<{ id: number }>('select id from graph_owners where repository = ? and owner = ?')
      .get(repository, owner)?.id ?? null

  const internOwner = (repository: number, owner: string): number => {
    const known = findOwner(repository, owner)
    if (known !== null) return known
    const row = database
      .prepare<{ id: number }>(
        'insert into graph_owners (repository, owner) values (?, ?) returning id',
      )
      .get(repository, owner)
    if (!row) throw new Error('SQLite returned no id for a new owner.')
    return row.id
  }

  /** Also forgets ids that nothing names any more. */
  const deleteOwner = (owner: number): { nodes: number; edges: number } => {
    const touched = database
      .prepare<{ id: number }>(
        `select node as id from graph_nodes where owner = ?1
         union select source from graph_edges where owner = ?1
         union select target from graph_edges where owner = ?1`,
      )
      .all(owner)
    const nodes = database.prepare('delete from graph_nodes where owner = ?').run(owner).changes
    const edges = database.prepare('delete from graph_edges where owner = ?').run(owner).changes
    database.prepare('delete from graph_owners where id = ?').run(owner)
    const forget = database.prepare(
      `delete from graph_ids where id = ?1
         and not exists (select 1 from graph_nodes where node = ?1)
         and not exists (select 1 from graph_edges where source = ?1)
         and not exists (select 1 from graph_edges where target = ?1)`,
    )
    for (const { id } of touched) forget.run(id)
    return { nodes, edges }
  }

  const write = ({
    ids: names,
    owners: packedOwners,
    strings,
    nodes,
    edges,
  }: PackedGraph): void => {
    const insertNode = database.prepare(
      'insert or replace into graph_nodes values (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    )
    const insertEdge = database.prepare(
      'insert or replace into graph_edges values (?, ?, ?, ?, ?, ?)',
    )
    const numbers = names.map((name) => ids.intern(name))
    const owners = packedOwners.map(({ owner, repository }) =>
      internOwner(repositories.intern(strings[repository] ?? ''), owner),
    )
    const text = (place: number | undefined): string | null => strings[place ?? noNumber] ?? null
    const line = (number: number | undefined): number | null =>
      number === undefined || number === noNumber ? null : number
    for (let at = 0; at < nodes.length; at += nodeNumbers) {
      insertNode.run(
        owners[nodes[at + 1] ?? 0] ?? 0,
        numbers[nodes[at] ?? 0] ?? 0,
        text(nodes[at + 2]),
        text(nodes[at + 3]),
        text(nodes[at + 4]),
        text(nodes[at + 5]),
        text(nodes[at + 6]),
        line(nodes[at + 7]),
        line(nodes[at + 8]),
      )
    }
    for (let at = 0; at < edges.length; at += edgeNumbers) {
      insertEdge.run(
        owners[edges[at] ?? 0] ?? 0,
        text(edges[at + 1]),
        numbers[edges[at + 2] ?? 0] ?? 0,
        numbers[edges[at + 3] ?? 0] ?? 0,
        text(edges[at + 4]),
        line(edges[at + 5]),
      )
    }
  }

  /** Whether a third or more of the graph is of one repository. */
  const isMostOfAll = (repository: string): boolean => {
    const counted = database
      .prepare<{ own: number; every: number }>(
        `select (select count(*) from graph_owners
             where repository = (select id from repositories where name = ?)) as own,
           (select count(*) from graph_owners) as every`,
      )
      .get(repository)
    return counted !== undefined && counted.own * 3 >= counted.every
  }

  /** Whether every edge of every repository leads somewhere: two walks along indexes, side by side. */
  const isWhole = (): boolean =>
    (['source', 'target'] as const).every((end) => {
      const dangling = database.prepare(
        `select ${end} from graph_edges except select node from graph_nodes limit 1`,
      )
      return dangling.get() === undefined
    })

  return {
    inspect: createInspectGraph(database),

    upsert(parts) {
      for (const part of parts) write(unpackPart(part))
    },

    deleteOwners(repository, owners) {
      const deleted = { nodes: 0, edges: 0 }
      const repositoryId = repositories.find(repository)
      if (repositoryId === null) return deleted
      for (const name of owners) {
        const owner = findOwner(repositoryId, name)
        if (owner === null) continue
        const { nodes, edges } = deleteOwner(owner)
        deleted.nodes += nodes
        deleted.edges += edges
      }
      return deleted
    },

    nodes: (wanted) =>
      database
        .prepare<NodeRow>(
          `select ${nodeColumns} from json_each(?) j
           join graph_ids i on i.name = j.value
           join graph_nodes n on n.node = i.id
           join graph_owners o on o.id = n.owner
           join repositories r on r.id = o.repository`,
        )
        .all(JSON.stringify([...new Set(wanted)]))
        .map(toNode),

    neighbours(id, { direction, types, limit }) {
      const [here, there] = direction === 'out' ? ['source', 'target'] : ['target', 'source']
      return database
        .prepare<NodeRow & EdgeRow>(
          `select ${edgeColumns}, ${nodeColumns}
           from graph_edges e ${edgeJoins}
           join graph_nodes n on n.node = e.${there}
           join graph_ids i on i.id = n.node
           join graph_owners o on o.id = n.owner
           join repositories r on r.id = o.repository
           where e.${here} = (select id from graph_ids where name = ?)
             ${types === undefined ? '' : 'and e.type in (select value from json_each(?))'}
           limit ?`,
        )
        .all(id, ...(types === undefined ? [] : [JSON.stringify(types)]), limit)
        .map((row): GraphNeighbour => ({ edge: toEdge(row), node: toNode(row) }))
    },

    owners: ({ repository, after, limit }) =>
      database
        .prepare<OwnerCount>(
          `select o.owner,
             (select count(*) from graph_nodes n where n.owner = o.id) as nodes,
             (select count(*) from graph_edges e where e.owner = o.id) as edges
           from graph_owners o
           where o.repository = (select id from repositories where name = ?) and o.owner > ?
           order by o.owner limit ?`,
        )
        .all(repository, after ?? '', limit)
        .map(({ owner, nodes, edges }) => ({ owner, nodes, edges })),

    edges: (repository, owners) =>
      database
        .prepare<EdgeRow>(
          `select ${edgeColumns} from json_each(?) j
           join graph_owners own
             on own.repository = (select id from repositories where name = ?) and own.owner = j.value
           join graph_edges e on e.owner = own.id ${edgeJoins}`,
        )
        .all(JSON.stringify([...new Set(owners)]), repository)
        .map(toEdge),

    danglingEdges: ({ repository, limit }) => {
      if (isMostOfAll(repository) && isWhole()) return []
      return database
        .prepare<EdgeRow>(
          `select ${edgeColumns} from graph_owners own
           join graph_edges e on e.owner = own.id ${edgeJoins}
           where own.repository = (select id from repositories where name = ?)
             and (not exists (select 1 from graph_nodes n where n.node = e.source)
               or not exists (select 1 from graph_nodes n where n.node = e.target))
           limit ?`,
        )
        .all(repository, limit)
        .map(toEdge)
    },

    *removeRepository(repository) {
      const removed = { nodes: 0, edges: 0 }
      const repositoryId = repositories.find(repository)
      if (repositoryId === null) return removed
      for (;;) {
        const owners = database
          .prepare<{ id: number }>('select id from graph_owners where repository = ? limit ?')
          .all(repositoryId, removalPage)
        if (owners.length === 0) return removed
        for (const { id } of owners) {
          const { nodes, edges } = deleteOwner(id)
          removed.nodes += nodes
          removed.edges += edges
        }
        yield
      }
    },
  }
}

function toNode(row: NodeRow): GraphNode {
  return {
    id: row.id,
    owner: row.owner,
    repository: row.repository,
    kind: row.kind,
    name: row.name,
    path: row.path,
    symbolPath: row.symbol_path,
    symbolKind: row.symbol_kind,
    startLine: row.start_line,
    endLine: row.end_line,
  }
}

function toEdge(row: EdgeRow): GraphEdge {
  return {
    owner: row.edge_owner,
    repository: row.edge_repository,
    type: row.type,
    from: row.source,
    to: row.target,
    resolution: row.resolution,
    line: row.line,
  }
}
