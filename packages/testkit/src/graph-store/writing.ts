import assert from 'node:assert/strict'
import type { GraphNode, GraphStore } from '@cairn/core'
import { encodeGraph } from '@cairn/core/encoded-graph'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { rejectsWhenAborted, sorted } from '../expectations.ts'
import { freshEdgeSet, freshNodeId, freshRepository, freshVersion } from '../fresh-names.ts'
import { oddNames } from '../odd-text.ts'
import { edgeLines, fileNode, graphEdge, graphNode, moduleNode, nodeLines } from './graph-rows.ts'

const idsOf = (nodes: readonly GraphNode[]) => nodes.map((node) => node.id)

/** What `upsert`, `deleteOwners` and `removeRepository` promise. */
export const writing: readonly Behaviour<GraphStore>[] = behaviours<GraphStore>('writing', {
  'nodes of every kind are read back as they were written': async (store) => {
    const repository = freshRepository()
    const nodes = [graphNode({ repository }), fileNode({ repository }), moduleNode({ repository })]
    await store.upsert({ nodes, edges: [] })
    assert.deepEqual(nodeLines(await store.nodes(idsOf(nodes))), nodeLines(nodes))
  },

  'rows may be written in their encoded form, and again from the same bytes': async (store) => {
    const repository = freshRepository()
    const nodes = [graphNode({ repository }), fileNode({ repository }), moduleNode({ repository })]
    const edges = nodes.map(({ id }) => graphEdge({ repository, from: id, to: nodes[0]?.id ?? '' }))
    const [first, second] = [
      encodeGraph({ nodes: nodes.slice(0, 1), edges: edges.slice(0, 1) }),
      encodeGraph({ nodes: nodes.slice(1), edges: edges.slice(1) }),
    ]
    const rows = { parts: [...first.parts, ...second.parts], nodes: 3, edges: 3 }
    await store.upsert(rows)
    await store.removeRepository(repository)
    await store.upsert(rows)
    assert.deepEqual(nodeLines(await store.nodes(idsOf(nodes))), nodeLines(nodes))
    const owners = edges.map(({ owner }) => owner)
    assert.deepEqual(edgeLines(await store.edges(repository, owners)), edgeLines(edges))
  },

  'rows that are written twice are there once': async (store) => {
    const repository = freshRepository()
    const [from, to] = [graphNode({ repository }), graphNode({ repository })]
    const edge = graphEdge({ repository, from: from.id, to: to.id })
    for (let time = 0; time < 2; time++) {
      await store.upsert({ nodes: [from, to], edges: [edge] })
    }
    assert.equal((await store.nodes([from.id, to.id])).length, 2)
    const neighbours = await store.neighbours(from.id, { direction: 'out', limit: 9 })
    assert.equal(neighbours.length, 1)
    const owners = await store.owners({ repository, limit: 9 })
    assert.deepEqual(
      owners.map(({ nodes, edges }) => nodes + edges),
      [1, 1, 1],
    )
  },

  'rows that stand twice in one call are there once': async (store) => {
    const repository = freshRepository()
    const node = graphNode({ repository })
    const edge = graphEdge({ repository, from: node.id, to: node.id, owner: node.owner })
    await store.upsert({ nodes: [node, { ...node }], edges: [edge, { ...edge }] })
    const { owner } = node
    assert.deepEqual(await store.owners({ repository, limit: 9 }), [{ owner, nodes: 1, edges: 1 }])
  },

  'a row that is written again takes the place of the former': async (store) => {
    const repository = freshRepository()
    const former = graphNode({ repository, startLine: 1, endLine: 2 })
    const later = { ...former, name: 'request', startLine: 40, endLine: 55 }
    const edge = graphEdge({ repository, from: former.id, to: former.id, line: 3 })
    const laterEdge = { ...edge, line: 44, resolution: 'member' as const }
    await store.upsert({ nodes: [former], edges: [edge] })
    await store.upsert({ nodes: [later], edges: [laterEdge] })
    assert.deepEqual(nodeLines(await store.nodes([former.id])), nodeLines([later]))
    const [neighbour] = await store.neighbours(former.id, { direction: 'out', limit: 9 })
    assert.deepEqual(edgeLines(neighbour ? [neighbour.edge] : []), edgeLines([laterEdge]))
  },

  'an empty write is no error': async (store) => {
    await store.upsert({ nodes: [], edges: [] })
  },

  'an edge may be written before its nodes': async (store) => {
    const repository = freshRepository()
    const [from, to] = [graphNode({ repository }), graphNode({ repository })]
    const edge = graphEdge({ repository, from: from.id, to: to.id })
    await store.upsert({ nodes: [], edges: [edge] })
    await store.upsert({ nodes: [from, to], edges: [] })
    const neighbours = await store.neighbours(from.id, { direction: 'out', limit: 9 })
    assert.deepEqual(edgeLines(neighbours.map((neighbour) => neighbour.edge)), edgeLines([edge]))
    assert.deepEqual(await store.danglingEdges({ repository, limit: 9 }), [])
  },

  'a node stays until the last of its owners goes': async (store) => {
    const repository = freshRepository()
    const one = graphNode({ repository, startLine: 5 })
    const two = { ...one, owner: freshVersion(), startLine: 8 }
    await store.upsert({ nodes: [one, two], edges: [] })
    assert.deepEqual(nodeLines(await store.nodes([one.id])), nodeLines([one, two]))
    assert.deepEqual(await store.deleteOwners(repository, [one.owner]), { nodes: 1, edges: 0 })
    assert.deepEqual(nodeLines(await store.nodes([one.id])), nodeLines([two]))
    assert.deepEqual(await store.deleteOwners(repository, [two.owner]), { nodes: 1, edges: 0 })
    assert.deepEqual(await store.nodes([one.id]), [])
  },

  'an edge stays for each owner that put it there': async (store) => {
    const repository = freshRepository()
    const [from, to] = [graphNode({ repository }), graphNode({ repository })]
    const one = graphEdge({ repository, from: from.id, to: to.id })
    const two = { ...one, owner: freshEdgeSet(), line: 99 }
    await store.upsert({ nodes: [from, to], edges: [one, two] })
    const edges = async () =>
      edgeLines(
        (await store.neighbours(from.id, { direction: 'out', limit: 9 })).map(({ edge }) => edge),
      )
    assert.deepEqual(await edges(), edgeLines([one, two]))
    assert.deepEqual(await store.deleteOwners(repository, [one.owner]), { nodes: 0, edges: 1 })
    assert.deepEqual(await edges(), edgeLines([two]))
  },

  'deleting owners takes what they put there and nothing else, and counts it': async (store) => {
    const repository = freshRepository()
    const [version, edgeSet] = [freshVersion(), freshEdgeSet()]
    const file = fileNode({ repository, owner: version })
    const symbols = [1, 2, 3].map(() => graphNode({ repository, owner: version }))
    const imported = moduleNode({ repository, owner: edgeSet })
    const kept = graphNode({ repository })
    const edges = [
      ...symbols.map(({ id }) =>
        graphEdge({ repository, owner: edgeSet, type: 'defines', from: file.id, to: id }),
      ),
      graphEdge({ repository, owner: edgeSet, type: 'imports', from: file.id, to: imported.id }),
    ]
    const keptEdge = graphEdge({ repository, from: kept.id, to: kept.id })
    await store.upsert({ nodes: [file, ...symbols, imported, kept], edges: [...edges, keptEdge] })
    const owners = [version, freshVersion(), edgeSet]
    assert.deepEqual(await store.deleteOwners(repository, owners), { nodes: 5, edges: 4 })
    assert.deepEqual(await store.deleteOwners(repository, owners), { nodes: 0, edges: 0 })
    assert.deepEqual(await store.deleteOwners(repository, []), { nodes: 0, edges: 0 })
    assert.deepEqual(await store.nodes(idsOf([file, ...symbols, imported])), [])
    const rest = await store.owners({ repository, limit: 9 })
    assert.deepEqual(
      rest.map(({ owner }) => owner),
      sorted([kept.owner, keptEdge.owner]),
    )
    assert.equal((await store.neighbours(kept.id, { direction: 'in', limit: 9 })).length, 1)
  },

  'owners of one repository are not those of another': async (store) => {
    const [left, right] = [freshRepository(), freshRepository()]
    const owner = freshVersion()
    const [one, two] = [
      graphNode({ repository: left, owner }),
      graphNode({ repository: right, owner }),
    ]
    await store.upsert({ nodes: [one, two], edges: [] })
    assert.deepEqual(await store.deleteOwners(left, [owner]), { nodes: 1, edges: 0 })
    assert.deepEqual(nodeLines(await store.nodes([one.id, two.id])), nodeLines([two]))
    assert.deepEqual(await store.owners({ repository: left, limit: 9 }), [])
    assert.deepEqual(await store.owners({ repository: right, limit: 9 }), [
      { owner, nodes: 1, edges: 0 },
    ])
  },

  'exactly maxBatch nodes plus edges, ids and owners go in one call': async (store) => {
    const repository = freshRepository()
    const half = Math.floor(store.maxBatch / 2)
    const nodes = Array.from({ length: half }, () => graphNode({ repository }))
    const edges = Array.from({ length: store.maxBatch - half }, (_, index) =>
      graphEdge({ repository, from: nodes[index % half]?.id ?? '', to: nodes[0]?.id ?? '' }),
    )
    await store.upsert({ nodes, edges })
    const unknown = Array.from({ length: store.maxBatch - half }, freshNodeId)
    assert.equal((await store.nodes([...idsOf(nodes), ...unknown])).length, half)
    const owners = [...nodes, ...edges].map(({ owner }) => owner)
    assert.equal(owners.length, store.maxBatch)
    assert.equal((await store.edges(repository, owners)).length, store.maxBatch - half)
    const deleted = await store.deleteOwners(repository, owners)
    assert.deepEqual(deleted, { nodes: half, edges: store.maxBatch - half })
  },

  'any name of a repository, path or symbol is kept as it is': async (store) => {
    const scope = freshRepository()
    const nodes = oddNames.map((name) =>
      graphNode({ repository: `${scope} ${name}`, name, path: name, symbolPath: `Outer.${name}` }),
    )
    const edges = nodes.map(({ id, repository }) =>
      graphEdge({ repository, from: id, to: freshNodeId() }),
    )
    await store.upsert({ nodes, edges })
    assert.deepEqual(nodeLines(await store.nodes(idsOf(nodes))), nodeLines(nodes))
    for (const [index, { repository, owner }] of nodes.entries()) {
      const owners = await store.owners({ repository, limit: 9 })
      assert.deepEqual(
        owners.map((count) => count.owner),
        sorted([owner, edges[index]?.owner ?? '']),
        JSON.stringify(repository),
      )
      const dangling = await store.danglingEdges({ repository, limit: 9 })
      assert.deepEqual(edgeLines(dangling), edgeLines(edges.slice(index, index + 1)))
      assert.deepEqual(await store.removeRepository(repository), { nodes: 1, edges: 1 })
    }
  },

  'removing a repository takes all of it and nothing of another, and counts it': async (store) => {
    const [gone, kept] = [freshRepository(), freshRepository()]
    const nodes = [gone, gone, kept, kept].map((repository) => graphNode({ repository }))
    const edges = nodes.map(({ id, repository }) => graphEdge({ repository, from: id, to: id }))
    await store.upsert({ nodes, edges })
    assert.deepEqual(await store.removeRepository(gone), { nodes: 2, edges: 2 })
    assert.deepEqual(nodeLines(await store.nodes(idsOf(nodes))), nodeLines(nodes.slice(2)))
    assert.deepEqual(await store.owners({ repository: gone, limit: 9 }), [])
    assert.equal((await store.owners({ repository: kept, limit: 9 })).length, 4)
    assert.deepEqual(await store.removeRepository(gone), { nodes: 0, edges: 0 })
    assert.deepEqual(await store.removeRepository(freshRepository()), { nodes: 0, edges: 0 })
  },

  'a call whose signal was aborted rejects, and writes and deletes nothing': async (store) => {
    const node = graphNode()
    const { id, owner, repository } = node
    const other = graphNode({ repository })
    await store.upsert({ nodes: [node], edges: [] })
    await rejectsWhenAborted({
      upsert: (signal) => store.upsert({ nodes: [other], edges: [] }, { signal }),
      deleteOwners: (signal) => store.deleteOwners(repository, [owner], { signal }),
      nodes: (signal) => store.nodes([id], { signal }),
      neighbours: (signal) => store.neighbours(id, { direction: 'out', limit: 1, signal }),
      owners: (signal) => store.owners({ repository, limit: 1, signal }),
      edges: (signal) => store.edges(repository, [owner], { signal }),
      danglingEdges: (signal) => store.danglingEdges({ repository, limit: 1, signal }),
      removeRepository: (signal) => store.removeRepository(repository, { signal }),
    })
    const owners = await store.owners({ repository, limit: 9 })
    assert.deepEqual(owners, [{ owner, nodes: 1, edges: 0 }])
  },
})
