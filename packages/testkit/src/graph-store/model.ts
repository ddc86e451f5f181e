import assert from 'node:assert/strict'
import type { GraphEdge, GraphNode, GraphStore } from '@cairn/core'
import fc from 'fast-check'
import { type Behaviour, behaviours } from '../conformance-case.ts'
import { sorted } from '../expectations.ts'
import { freshEdgeSet, freshNodeId, freshRepository } from '../fresh-names.ts'
import { edgeLine, edgeLines, edgeTypes, graphEdge, graphNode, nodeLines } from './graph-rows.ts'
import { neighbourLines } from './reading.ts'

const repositoryNumber = fc.nat({ max: 1 })
const ownerNumber = fc.nat({ max: 4 })
const nodeNumber = fc.nat({ max: 5 })
const upsert = fc.record({
  kind: fc.constant('upsert' as const),
  repository: repositoryNumber,
  nodes: fc.array(fc.record({ node: nodeNumber, owner: ownerNumber, line: fc.nat({ max: 99 }) }), {
    maxLength: 4,
  }),
  edges: fc.array(
    fc.record({
      from: nodeNumber,
      to: nodeNumber,
      owner: ownerNumber,
      type: fc.constantFrom(...edgeTypes),
      line: fc.option(fc.nat({ max: 99 })),
    }),
    { maxLength: 4 },
  ),
})
const deletion = fc.record({
  kind: fc.constant('delete' as const),
  repository: repositoryNumber,
  owners: fc.uniqueArray(ownerNumber, { maxLength: 3 }),
})
const removal = fc.record({ kind: fc.constant('remove' as const), repository: repositoryNumber })
const operation = fc.oneof(
  { weight: 6, arbitrary: upsert },
  { weight: 3, arbitrary: deletion },
  { weight: 1, arbitrary: removal },
)

/** A repository as it should be, with the names that its numbers stand for. */
function model() {
  return {
    repository: freshRepository(),
    owners: Array.from({ length: 5 }, freshEdgeSet),
    ids: Array.from({ length: 6 }, freshNodeId),
    nodes: new Map<string, GraphNode>(),
    edges: new Map<string, GraphEdge>(),
  }
}

function forget(rows: Map<string, { owner: string }>, owners: readonly string[]): number {
  let forgotten = 0
  for (const [key, { owner }] of [...rows]) {
    if (owners.includes(owner) && rows.delete(key)) forgotten++
  }
  return forgotten
}

type Operation = typeof operation extends fc.Arbitrary<infer Value> ? Value : never

async function apply(
  store: GraphStore,
  held: ReturnType<typeof model>,
  step: Operation,
): Promise<void> {
  const { repository, owners, ids } = held
  if (step.kind === 'upsert') {
    const nodes = step.nodes.map(({ node, owner, line }) =>
      graphNode({ id: ids[node] ?? '', owner: owners[owner] ?? '', repository, startLine: line }),
    )
    const edges = step.edges.map(({ from, to, owner, type, line }) =>
      graphEdge({
        repository,
        owner: owners[owner] ?? '',
        from: ids[from] ?? '',
        to: ids[to] ?? '',
        type,
        line,
      }),
    )
    // Which of two rows of the same identity in one call wins is nobody's promise.
    const nodesByKey = new Map(nodes.map((node) => [`${node.id} ${node.owner}`, node]))
    const edgesByKey = new Map(
      edges.map((edge) => [`${edge.owner} ${edge.type} ${edge.from} ${edge.to}`, edge]),
    )
    for (const [key, node] of nodesByKey) held.nodes.set(key, node)
    for (const [key, edge] of edgesByKey) held.edges.set(key, edge)
    await store.upsert({ nodes: [...nodesByKey.values()], edges: [...edgesByKey.values()] })
    return
  }
  const going = step.kind === 'remove' ? owners : step.owners.map((owner) => owners[owner] ?? '')
  const expected = { nodes: forget(held.nodes, going), edges: forget(held.edges, going) }
  const deleted =
    step.kind === 'remove'
      ? await store.removeRepository(repository)
      : await store.deleteOwners(repository, going)
  assert.deepEqual(deleted, expected)
}

async function agrees(store: GraphStore, held: ReturnType<typeof model>): Promise<void> {
  const { repository, ids } = held
  const nodes = [...held.nodes.values()]
  const edges = [...held.edges.values()]
  assert.deepEqual(nodeLines(await store.nodes(ids)), nodeLines(nodes))
  for (const id of ids) {
    for (const [direction, here, there] of [
      ['out', 'from', 'to'],
      ['in', 'to', 'from'],
    ] as const) {
      const expected = edges
        .filter((edge) => edge[here] === id)
        .flatMap((edge) =>
          nodes.filter((node) => node.id === edge[there]).map((node) => [edge, node] as const),
        )
      const neighbours = await store.neighbours(id, { direction, limit: 9999 })
      assert.deepEqual(neighbourLines(neighbours), neighbourLines(expected))
    }
  }
  assert.deepEqual(edgeLines(await store.edges(repository, held.owners)), edgeLines(edges))
  const known = new Set(nodes.map((node) => node.id))
  const dangling = edges.filter((edge) => !known.has(edge.from) || !known.has(edge.to))
  const found = await store.danglingEdges({ repository, limit: 9999 })
  assert.deepEqual(edgeLines(found), edgeLines(dangling))
  assert.equal(new Set(found.map(edgeLine)).size, found.length, 'a dangling edge came twice')
  const owners = sorted(new Set([...nodes, ...edges].map(({ owner }) => owner)))
  const counts = owners.map((owner) => ({
    owner,
    nodes: nodes.filter((node) => node.owner === owner).length,
    edges: edges.filter((edge) => edge.owner === owner).length,
  }))
  assert.deepEqual(await store.owners({ repository, limit: 99 }), counts)
}

/** Random sequences of writes, compared with maps. */
export function modelled(propertyRuns: number): readonly Behaviour<GraphStore>[] {
  return behaviours<GraphStore>('as a map of rows', {
    'any sequence of writes and deletions leaves the graph that two maps would hold': async (
      store,
    ) => {
      const sequences = fc.array(operation, { maxLength: 14 })
      const property = fc.asyncProperty(sequences, async (steps) => {
        const repositories = [model(), model()] as const
        for (const step of steps) {
          await apply(store, repositories[step.repository === 0 ? 0 : 1], step)
        }
        for (const held of repositories) await agrees(store, held)
      })
      await fc.assert(property, { numRuns: propertyRuns })
    },
  })
}
