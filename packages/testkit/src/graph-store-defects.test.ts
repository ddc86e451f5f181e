import { type GraphNode, type GraphStore, StoreError } from '@cairn/core'
import { decodeGraph } from '@cairn/core/encoded-graph'
import { catchesDefects } from './fixtures/catches.ts'
import { type GraphDefects, memoryGraphStore } from './fixtures/memory-graph-store.ts'
import { graphStoreCases } from './graph-store/graph-store-cases.ts'

const store = (defects: GraphDefects) => () => memoryGraphStore(defects)

const change = (make: (working: GraphStore) => Partial<GraphStore>) => () => {
  const working = memoryGraphStore()
  return { ...working, ...make(working) }
}

let written = 0

catchesDefects({
  suite: 'the suite of graph stores',
  working: () => memoryGraphStore(),
  cases: (create) =>
    graphStoreCases({
      propertyRuns: 100,
      create: async () => ({ store: create(), dispose: async () => {} }),
    }),
  defects: {
    'nodes of every kind are read back as they were written': {
      'has an empty path where there is none': store({
        alters: (node) => ({ ...node, path: node.path ?? '' }),
      }),
    },
    'rows may be written in their encoded form, and again from the same bytes': {
      'leaves encoded rows out': change((working) => ({
        upsert: async (rows, options) => {
          if (!('parts' in rows)) await working.upsert(rows, options)
        },
      })),
      'reads the first part alone': change((working) => ({
        upsert: (rows, options) =>
          working.upsert(
            'parts' in rows ? { ...rows, parts: rows.parts.slice(0, 1) } : rows,
            options,
          ),
      })),
      'takes the bytes for itself': change((working) => ({
        upsert: async (rows, options) => {
          const transfer = 'parts' in rows ? rows.parts.map(({ buffer }) => buffer) : []
          await working.upsert(structuredClone(rows, { transfer }), options)
        },
      })),
    },
    'rows that are written twice are there once': {
      'appends nodes': store({ nodeKey: () => String(written++) }),
      'appends edges': store({ edgeKey: () => String(written++) }),
    },
    'rows that stand twice in one call are there once': {
      'appends nodes': store({ nodeKey: () => String(written++) }),
    },
    'a row that is written again takes the place of the former': {
      'keeps the first row': store({ overwrites: false }),
    },
    'an empty write is no error': {
      'refuses it': change((working) => ({
        upsert: async (rows, options) => {
          const { nodes, edges } = 'parts' in rows ? decodeGraph(rows) : rows
          if (nodes.length + edges.length === 0) {
            throw new StoreError('STORE_FAILED', 'Nothing to write.')
          }
          await working.upsert(rows, options)
        },
      })),
    },
    'an edge may be written before its nodes': {
      'drops edges without nodes': store({ edgesNeedNodes: true }),
    },
    'a node stays until the last of its owners goes': {
      'knows one owner of a node': store({ nodeKey: ({ id }) => id }),
    },
    'an edge stays for each owner that put it there': {
      'knows one owner of an edge': store({
        edgeKey: ({ type, from, to }) => `${type} ${from} ${to}`,
      }),
    },
    'deleting owners takes what they put there and nothing else, and counts it': {
      'counts no edges': change((working) => ({
        deleteOwners: async (repository, owners, options) => {
          const { nodes } = await working.deleteOwners(repository, owners, options)
          return { nodes, edges: 0 }
        },
      })),
      'counts owners': change((working) => ({
        deleteOwners: async (repository, owners, options) => {
          const deleted = await working.deleteOwners(repository, owners, options)
          return { ...deleted, nodes: owners.length }
        },
      })),
    },
    'owners of one repository are not those of another': {
      'deletes by owner alone': store({ ignoresRepositoryOf: 'deleteOwners' }),
    },
    'exactly maxBatch nodes plus edges, ids and owners go in one call': {
      'drops a row of a full batch': store({ dropsLast: true }),
    },
    'any name of a repository, path or symbol is kept as it is': {
      'normalises names': store({
        alters: (node) => ({ ...node, path: node.path?.normalize() ?? null }),
      }),
      'normalises repositories': store({
        sameRepository: (left, right) => left.normalize() === right.normalize(),
      }),
    },
    'removing a repository takes all of it and nothing of another, and counts it': {
      'removes every repository': store({ ignoresRepositoryOf: 'removeRepository' }),
      'removes nothing': change(() => ({ removeRepository: async () => ({ nodes: 2, edges: 2 }) })),
    },
    'a call whose signal was aborted rejects, and writes and deletes nothing': {
      'ignores the signal of a reading': change((working) => ({
        owners: ({ signal: _, ...options }) => working.owners(options),
      })),
      'rejects after it has deleted': change((working) => ({
        deleteOwners: async (repository, owners, options) => {
          const deleted = await working.deleteOwners(repository, owners)
          options?.signal?.throwIfAborted()
          return deleted
        },
      })),
    },
    'unknown ids give no nodes, and no ids give none': {
      'takes no ids for all': change((working) => {
        let all: readonly GraphNode[] = []
        return {
          upsert: (rows, options) => {
            all = 'parts' in rows ? all : rows.nodes
            return working.upsert(rows, options)
          },
          nodes: async (ids, options) =>
            ids.length === 0 ? [...all] : working.nodes(ids, options),
        }
      }),
    },
    'an id that is asked for twice gives its nodes once': {
      'gives them once for each time': change((working) => ({
        nodes: async (ids) => (await Promise.all(ids.map((id) => working.nodes([id])))).flat(),
      })),
    },
    'neighbours stand at the other end of an edge, out of the node or into it': {
      'takes in for out': change((working) => ({
        neighbours: (id, options) =>
          working.neighbours(id, {
            ...options,
            direction: options.direction === 'in' ? 'out' : 'in',
          }),
      })),
    },
    'an edge from a node to itself has one neighbour in each direction': {
      'leaves it out': change((working) => ({
        neighbours: async (id, options) =>
          (await working.neighbours(id, options)).filter(({ edge }) => edge.from !== edge.to),
      })),
    },
    'edges of every type and resolution are read back as they were written': {
      'has line 0 where there is none': store({
        altersEdge: (edge) => ({ ...edge, line: edge.line ?? 0 }),
      }),
    },
    'neighbours can be narrowed to one type of edge or several': {
      'looks at the first type': change((working) => ({
        neighbours: (id, { types, ...options }) =>
          working.neighbours(id, { ...options, ...(types ? { types: types.slice(0, 1) } : {}) }),
      })),
    },
    'edges of different types between the same nodes are different edges': {
      'knows one edge between two nodes of an owner': store({
        edgeKey: ({ owner, from, to }) => `${owner} ${from} ${to}`,
      }),
    },
    'no more neighbours come than the limit': {
      'ignores the limit': change((working) => ({
        neighbours: (id, options) => working.neighbours(id, { ...options, limit: 999 }),
      })),
    },
    'an edge to what is no node has no neighbour there, and is dangling': {
      'looks at the target alone': store({ isDangling: (_hasFrom, hasTo) => !hasTo }),
      'looks at the source alone': store({ isDangling: (hasFrom) => !hasFrom }),
      'wants both ends to be missing': store({
        isDangling: (hasFrom, hasTo) => !hasFrom && !hasTo,
      }),
      'tells those of every repository': store({ ignoresRepositoryOf: 'danglingEdges' }),
    },
    'an edge dangles once the last owner of a node at its end is gone': {
      'deletes the edges of a node with it': store({ isDangling: () => false }),
    },
    'edges of owners are those of the repository, each once': {
      'gives those of every repository': store({ ignoresRepositoryOf: 'edges' }),
      'gives them once for each time': change((working) => ({
        edges: async (repository, owners) =>
          (await Promise.all(owners.map((owner) => working.edges(repository, [owner])))).flat(),
      })),
      'leaves out what leads nowhere': change((working) => ({
        edges: async (repository, owners) => {
          const dangling = await working.danglingEdges({ repository, limit: 99 })
          const ends = new Set(dangling.map(({ to }) => to))
          return (await working.edges(repository, owners)).filter(({ to }) => !ends.has(to))
        },
      })),
    },
    'owners come in ascending order with their counts, page by page': {
      'gives those of every repository': store({ ignoresRepositoryOf: 'owners' }),
      'counts nodes for edges': change((working) => ({
        owners: async (options) =>
          (await working.owners(options)).map((count) => ({ ...count, edges: count.nodes })),
      })),
      'gives them in descending order': change((working) => ({
        owners: async (options) => (await working.owners(options)).reverse(),
      })),
    },
    'any sequence of writes and deletions leaves the graph that two maps would hold': {
      'deletes nothing': change(() => ({ deleteOwners: async () => ({ nodes: 0, edges: 0 }) })),
      'knows one owner of a node': store({ nodeKey: ({ id }) => id }),
      'knows one owner of an edge': store({
        edgeKey: ({ type, from, to }) => `${type} ${from} ${to}`,
      }),
    },
  },
})
