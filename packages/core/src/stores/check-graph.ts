import type { GraphEdge } from '../contracts/graph-store.ts'
import type { CheckContext, CheckedFile, Difference } from './checked-file.ts'
import { graphOwnerPages } from './list-rows.ts'

/** Compares the owners of the graph and what they own, counted, with the ledger. */
export async function checkGraph(
  context: CheckContext,
  byVersion: ReadonlyMap<string, CheckedFile>,
  dangling: Promise<readonly GraphEdge[]>,
): Promise<Difference[]> {
  const byEdgeSet = new Map<string, CheckedFile>()
  for (const file of byVersion.values()) {
    if (file.edgeSetNodes + file.edgeSetEdges > 0) byEdgeSet.set(file.edgeSet, file)
  }
  const fileOf = (owner: string): CheckedFile | undefined =>
    byVersion.get(owner) ?? byEdgeSet.get(owner)
  let toMatch = byVersion.size + byEdgeSet.size
  const differences: Difference[] = []
  for await (const owners of graphOwnerPages(context)) {
    for (const { owner, nodes, edges } of owners) {
      const file = fileOf(owner)
      if (!file) {
        differences.push({ kind: 'orphan', store: 'graph', id: owner, path: null })
        continue
      }
      toMatch -= 1
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
  // Which ones is asked again, rather than held of every check.
  if (toMatch !== 0) {
    const missing = new Set([...byVersion.keys(), ...byEdgeSet.keys()])
    for await (const owners of graphOwnerPages(context)) {
      for (const { owner } of owners) missing.delete(owner)
    }
    for (const owner of missing) {
      const path = fileOf(owner)?.path ?? null
      differences.push({ kind: 'missing', store: 'graph', id: owner, path })
    }
  }
  if (differences.length > 0) return differences
  // Only a graph whose owners are whole can be blamed for an edge that leads nowhere.
  const owners = new Set((await dangling).map((edge) => edge.owner))
  return [...owners].map((owner) => {
    return { kind: 'altered', store: 'graph', id: owner, path: byEdgeSet.get(owner)?.path ?? null }
  })
}
