import assert from 'node:assert/strict'
import type { GraphEdge, GraphNeighbour, GraphNode, GraphStore } from '@cairn/core'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { allPages, sorted } from '../expectations.ts'
import { freshNodeId, freshRepository, freshVersion } from '../fresh-names.ts'
import {
  edgeLine,
  edgeLines,
  edgeTypes,
  fileNode,
  graphEdge,
  graphNode,
  moduleNode,
  nodeLines,
  resolutions,
} from './graph-rows.ts'

/** Neighbours as text in one order. */
export function neighbourLines(
  neighbours: readonly (readonly [GraphEdge, GraphNode] | GraphNeighbour)[],
): string[] {
  return sorted(
    neighbours.map((neighbour) => {
      const [edge, node] = 'edge' in neighbour ? [neighbour.edge, neighbour.node] : neighbour
      return `${edgeLine(edge)} ${nodeLines([node]).join('')}`
    }),
  )
}

/** What `nodes`, `edges`, `neighbours`, `owners` and `danglingEdges` promise. */
export const reading: readonly Behaviour<GraphStore>[] = behaviours<GraphStore>('reading', {
  'unknown ids give no nodes, and no ids give none': async (store) => {
    const node = graphNode()
    await store.upsert({ nodes: [node], edges: [] })
    const read = await store.nodes([freshNodeId(), node.id, freshNodeId()])
    assert.deepEqual(nodeLines(read), nodeLines([node]))
    assert.deepEqual(await store.nodes([]), [])
  },

  'an id that is asked for twice gives its nodes once': async (store) => {
    const node = graphNode()
    await store.upsert({ nodes: [node], edges: [] })
    assert.deepEqual(nodeLines(await store.nodes([node.id, node.id])), nodeLines([node]))
  },

  'neighbours stand at the other end of an edge, out of the node or into it': async (store) => {
    const repository = freshRepository()
    const [caller, callee, other] = [1, 2, 3].map(() => graphNode({ repository }))
    if (!caller || !callee || !other) throw new Error('three nodes were made')
    const call = graphEdge({ repository, from: caller.id, to: callee.id })
    const unrelated = graphEdge({ repository, from: other.id, to: caller.id })
    await store.upsert({ nodes: [caller, callee, other], edges: [call, unrelated] })
    const at = async (id: string, direction: 'in' | 'out') =>
      neighbourLines(await store.neighbours(id, { direction, limit: 9 }))
    assert.deepEqual(await at(caller.id, 'out'), neighbourLines([[call, callee]]))
    assert.deepEqual(await at(callee.id, 'in'), neighbourLines([[call, caller]]))
    assert.deepEqual(await at(callee.id, 'out'), [])
    assert.deepEqual(await at(caller.id, 'in'), neighbourLines([[unrelated, other]]))
    assert.deepEqual(await at(freshNodeId(), 'out'), [])
  },

  'an edge from a node to itself has one neighbour in each direction': async (store) => {
    const node = graphNode()
    const { id, repository } = node
    const edge = graphEdge({ repository, from: id, to: id })
    await store.upsert({ nodes: [node], edges: [edge] })
    for (const direction of ['in', 'out'] as const) {
      const neighbours = await store.neighbours(id, { direction, limit: 9 })
      assert.deepEqual(neighbourLines(neighbours), neighbourLines([[edge, node]]))
    }
  },

  'edges of every type and resolution are read back as they were written': async (store) => {
    const repository = freshRepository()
    const node = graphNode({ repository })
    const edges = edgeTypes.flatMap((type, index) =>
      resolutions.map((resolution) =>
        graphEdge({
          repository,
          type,
          resolution,
          from: node.id,
          to: node.id,
          line: index === 0 ? null : index,
        }),
      ),
    )
    await store.upsert({ nodes: [node], edges })
    const neighbours = await store.neighbours(node.id, { direction: 'out', limit: 99 })
    assert.deepEqual(edgeLines(neighbours.map(({ edge }) => edge)), edgeLines(edges))
  },

  'neighbours can be narrowed to one type of edge or several': async (store) => {
    const repository = freshRepository()
    const node = graphNode({ repository })
    const nodes = edgeTypes.map(() => graphNode({ repository }))
    const edges = edgeTypes.map((type, index) =>
      graphEdge({ repository, type, from: node.id, to: nodes[index]?.id ?? '' }),
    )
    await store.upsert({ nodes: [node, ...nodes], edges })
    const narrowed = async (types: typeof edgeTypes) =>
      sorted(
        (await store.neighbours(node.id, { direction: 'out', types, limit: 9 })).map(
          ({ edge }) => edge.type,
        ),
      )
    assert.deepEqual(await narrowed(['calls']), ['calls'])
    assert.deepEqual(await narrowed(['imports', 'extends']), ['extends', 'imports'])
    assert.deepEqual(await narrowed(edgeTypes), sorted(edgeTypes))
  },

  'edges of different types between the same nodes are different edges': async (store) => {
    const repository = freshRepository()
    const [from, to] = [graphNode({ repository }), graphNode({ repository })]
    const edges = edgeTypes.map((type) =>
      graphEdge({ repository, owner: from.owner, type, from: from.id, to: to.id }),
    )
    await store.upsert({ nodes: [from, to], edges })
    const neighbours = await store.neighbours(to.id, { direction: 'in', limit: 9 })
    assert.deepEqual(edgeLines(neighbours.map(({ edge }) => edge)), edgeLines(edges))
    const owners = await store.owners({ repository, limit: 9 })
    assert.equal(owners.find(({ owner }) => owner === from.owner)?.edges, 5)
  },

  'no more neighbours come than the limit': async (store) => {
    const repository = freshRepository()
    const node = graphNode({ repository })
    const nodes = Array.from({ length: 12 }, () => graphNode({ repository }))
    const edges = nodes.map(({ id }) => graphEdge({ repository, from: id, to: node.id }))
    await store.upsert({ nodes: [node, ...nodes], edges })
    for (const [limit, expected] of [
      [1, 1],
      [5, 5],
      [12, 12],
      [1000, 12],
    ] as const) {
      const neighbours = await store.neighbours(node.id, { direction: 'in', limit })
      assert.equal(new Set(neighbours.map((neighbour) => neighbour.node.id)).size, expected)
      assert.equal(neighbours.length, expected)
    }
  },

  'an edge to what is no node has no neighbour there, and is dangling': async (store) => {
    const repository = freshRepository()
    const [here, other] = [graphNode({ repository }), fileNode({ repository })]
    const whole = graphEdge({ repository, from: here.id, to: other.id })
    const noTarget = graphEdge({ repository, from: here.id, to: freshNodeId() })
    const noSource = graphEdge({ repository, from: freshNodeId(), to: other.id })
    const neither = graphEdge({ repository, from: freshNodeId(), to: freshNodeId() })
    await store.upsert({ nodes: [here, other], edges: [whole, noTarget, noSource, neither] })
    const elsewhere = freshRepository()
    const few = graphEdge({ repository: elsewhere, from: here.id, to: freshNodeId() })
    await store.upsert({ nodes: [], edges: [few] })
    const neighbours = await store.neighbours(here.id, { direction: 'out', limit: 9 })
    assert.deepEqual(neighbourLines(neighbours), neighbourLines([[whole, other]]))
    const dangling = await store.danglingEdges({ repository, limit: 9 })
    assert.deepEqual(edgeLines(dangling), edgeLines([noTarget, noSource, neither]))
    assert.equal((await store.danglingEdges({ repository, limit: 2 })).length, 2)
    const ofFew = await store.danglingEdges({ repository: elsewhere, limit: 9 })
    assert.deepEqual(edgeLines(ofFew), edgeLines([few]))
    assert.deepEqual(await store.danglingEdges({ repository: freshRepository(), limit: 9 }), [])
  },

  'an edge dangles once the last owner of a node at its end is gone': async (store) => {
    const repository = freshRepository()
    const [from, to] = [graphNode({ repository }), moduleNode({ repository })]
    const also = { ...to, owner: freshVersion() }
    const edge = graphEdge({ repository, from: from.id, to: to.id })
    await store.upsert({ nodes: [from, to, also], edges: [edge] })
    const dangling = async () => edgeLines(await store.danglingEdges({ repository, limit: 9 }))
    await store.deleteOwners(repository, [to.owner])
    assert.deepEqual(await dangling(), [])
    await store.deleteOwners(repository, [also.owner])
    assert.deepEqual(await dangling(), edgeLines([edge]))
  },

  'edges of owners are those of the repository, each once': async (store) => {
    const [repository, elsewhere] = [freshRepository(), freshRepository()]
    const { id } = graphNode({ repository })
    const mine = edgeTypes.map((type) => graphEdge({ repository, from: id, to: id, type }))
    const [first, second] = mine
    if (!first || !second) throw new Error('two edges were made')
    const own = [first, graphEdge({ repository, from: id, to: freshNodeId(), owner: first.owner })]
    const other = graphEdge({ repository: elsewhere, from: id, to: id, owner: first.owner })
    await store.upsert({ nodes: [graphNode({ id, repository })], edges: [...mine, ...own, other] })
    const read = async (owners: readonly string[], from = repository) =>
      edgeLines(await store.edges(from, owners))
    assert.deepEqual(await read([first.owner]), edgeLines(own))
    assert.deepEqual(await read([first.owner], elsewhere), edgeLines([other]))
    const twice = [first.owner, second.owner, first.owner, freshVersion()]
    assert.deepEqual(await read(twice), edgeLines([...own, second]))
    assert.deepEqual(
      await read(mine.map(({ owner }) => owner)),
      edgeLines([...mine, ...own.slice(1)]),
    )
    assert.deepEqual(await read([]), [])
  },

  'owners come in ascending order with their counts, page by page': async (store) => {
    const repository = freshRepository()
    const nodes = Array.from({ length: 17 }, () => graphNode({ repository }))
    const edges = nodes
      .slice(0, 9)
      .flatMap(({ id }, index) => [
        graphEdge({ repository, from: id, to: id }),
        graphEdge({ repository, from: id, to: id, owner: nodes[index]?.owner ?? '' }),
      ])
    await store.upsert({ nodes: [...nodes, graphNode()], edges })
    const expected = sorted(new Set([...nodes, ...edges].map(({ owner }) => owner))).map(
      (owner) => ({
        owner,
        nodes: nodes.filter((node) => node.owner === owner).length,
        edges: edges.filter((edge) => edge.owner === owner).length,
      }),
    )
    for (const limit of [1, 7, 26, 100]) {
      const owners = await allPages(
        limit,
        (after) =>
          store.owners(after === undefined ? { repository, limit } : { repository, limit, after }),
        ({ owner }) => owner,
      )
      assert.deepEqual(owners, expected, `pages of ${limit}`)
    }
    assert.equal((await store.owners({ repository, limit: 7 })).length, 7, 'a full page')
    assert.deepEqual(await store.owners({ repository: freshRepository(), limit: 9 }), [])
  },
})
