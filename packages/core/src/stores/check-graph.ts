import type { GraphEdge } from '../contracts/graph-store.ts'
import type { CheckContext, CheckedFile, Difference } from './checked-file.ts'
import { graphOwnerPages } from './list-rows.ts'

/** Compares the owners of the graph and what they own, counted, with the ledger. */
export async function checkGraph(
  context: CheckContext,
  byVersion: ReadonlyMap<string, CheckedFile>,
  dangling: Promise<readonly GraphEdge[]>,
): Promise<Difference[]> {
  const expected = new Map<string, CheckedFile>()
  for (const file of byVersion.values()) {
    expected.set(file.version, file)
    if (file.edgeSetNodes + file.edgeSetEdges > 0) expected.set(file.edgeSet, file)
  }
  const differences: Difference[] = []
  for await (const owners of graphOwnerPages(context)) {
    for (const { owner, nodes, edges } of owners) {
      const file = expected.get(owner)
      expected.delete(owner)
      if (!file) {
        differences.push({ kind: 'orphan', store: 'graph', id: owner, path: null })
        continue
      }
      const wanted =
        owner === file.version
          ? { nodes: file.nodeCount, edges: 0 }
          : { nodes: file.edgeSetNodes, edges: file.edgeSetEdges }
      if (wanted.nodes > nodes || wanted.edges > edges) {
        differences.push({ kind: 'missing', store: 'graph', id: owner, path: file.path })
      } else if (wanted.nodes !== nodes || wanted.edges !== edges) {
        differences.push({ kind: 'altered', store: 'graph', id: owner, path: file.path })
      }
    }
  }
  for (const [owner, { path }] of expected) {
    differences.push({ kind: 'missing', store: 'graph', id: owner, path })
  }
  if (differences.length > 0) return differences
  // Only a graph whose owners are whole can be blamed for an edge that leads nowhere.
  const owners = new Set((await dangling).map((edge) => edge.owner))
  if (owners.size === 0) return []
  const byEdgeSet = new Map([...byVersion.values()].map((file) => [file.edgeSet, file.path]))
  return [...owners].map((owner) => {
    return { kind: 'altered', store: 'graph', id: owner, path: byEdgeSet.get(owner) ?? null }
  })
}
