import type { EdgeResolution, GraphEdge, GraphEdgeType, GraphNode } from '@cairn/core'
import { sorted } from '../expectations.ts'
import { freshEdgeSet, freshNodeId, freshRepository, freshVersion } from '../fresh-names.ts'

/** A symbol's node with an id, an owner and a repository of its own where none is given. */
export function graphNode(node: Partial<GraphNode> = {}): GraphNode {
  return {
    id: freshNodeId(),
    owner: freshVersion(),
    repository: freshRepository(),
    kind: 'symbol',
    name: 'send',
    path: 'src/session.ts',
    symbolPath: 'Session.send',
    symbolKind: 'method',
    startLine: 12,
    endLine: 30,
    ...node,
  }
}

/** A file's node, which has no symbol. */
export function fileNode(node: Partial<GraphNode> = {}): GraphNode {
  const name = 'session.ts'
  return graphNode({
    kind: 'file',
    name,
    symbolPath: null,
    symbolKind: null,
    startLine: null,
    endLine: null,
    ...node,
  })
}

/** The node of a module outside the repository, which has no path either. */
export function moduleNode(node: Partial<GraphNode> = {}): GraphNode {
  return fileNode({ owner: freshEdgeSet(), kind: 'module', name: 'node:fs', path: null, ...node })
}

/** An edge with an owner of its own where none is given. */
export function graphEdge(
  edge: Partial<GraphEdge> & Pick<GraphEdge, 'repository' | 'from' | 'to'>,
): GraphEdge {
  return { owner: freshEdgeSet(), type: 'calls', resolution: 'scope', line: 7, ...edge }
}

/** Every type of edge. */
export const edgeTypes: readonly GraphEdgeType[] = [
  'defines',
  'imports',
  'calls',
  'extends',
  'implements',
]

/** Every way an edge's target is found. */
export const resolutions: readonly EdgeResolution[] = [
  'syntax',
  'scope',
  'import',
  'package',
  'member',
]

/** Nodes as text in one order, to compare lists that have none. */
export function nodeLines(nodes: readonly GraphNode[]): string[] {
  return sorted(
    nodes.map((node) =>
      JSON.stringify([
        node.id,
        node.owner,
        node.repository,
        node.kind,
        node.name,
        node.path,
        node.symbolPath,
        node.symbolKind,
        node.startLine,
        node.endLine,
      ]),
    ),
  )
}

/** An edge as text. */
export function edgeLine(edge: GraphEdge): string {
  return JSON.stringify([
    edge.owner,
    edge.repository,
    edge.type,
    edge.from,
    edge.to,
    edge.resolution,
    edge.line,
  ])
}

/** Edges as text in one order, to compare lists that have none. */
export function edgeLines(edges: readonly GraphEdge[]): string[] {
  return sorted(edges.map(edgeLine))
}
