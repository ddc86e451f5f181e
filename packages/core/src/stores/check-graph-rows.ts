import type { GraphEdge, GraphNode } from '../contracts/graph-store.ts'
import type { FileGraph } from '../graph/graph-resolver.ts'
import { createGraphResolver } from '../graph/graph-resolver.ts'
import type { Parser } from '../parsing/parser.ts'
import { batches } from './batches.ts'
import type { CheckContext, CheckedFile, Difference } from './checked-file.ts'

const filePage = 50

/**
 * Makes the graph of every file anew from what is spooled of it, and compares it with the rows of the
 * graph store, and its edge set with the ledger. `known` are owners that differ already.
 */
export async function checkGraphRows(
  context: CheckContext & { readonly parser: Parser },
  byVersion: ReadonlyMap<string, CheckedFile>,
  known: readonly Difference[],
): Promise<Difference[]> {
  const { storage, repository, parser, signal } = context
  const { spool } = storage.journal
  const versions = new Map([...byVersion.values()].map(({ path, version }) => [path, version]))
  const resolver = createGraphResolver({
    repository,
    surfaces: (wanted) => spool.surfaces(wanted),
    versions,
    language: parser.language,
  })
  const isKnown = new Set(known.map(({ id }) => id))
  const differences: Difference[] = []
  for (const page of batches([...byVersion.keys()], filePage)) {
    signal.throwIfAborted()
    const graphs = await resolver.resolve(await spool.files(page), signal)
    const nodes = groupByOwner(await nodesOf(context, graphs))
    const edges = groupByOwner(await edgesOf(context, graphs))
    for (const [index, graph] of graphs.entries()) {
      const file = byVersion.get(graph.nodes[0]?.owner ?? '') ?? null
      const path = file?.path ?? null
      const altered = (store: Difference['store'], id: string): void => {
        if (!isKnown.has(id)) differences.push({ kind: 'altered', store, id, path })
      }
      if (file && file.edgeSet !== graph.edgeSet) {
        altered('ledger', file.path)
        continue
      }
      const version = graph.nodes[0]?.owner ?? page[index] ?? ''
      if (!isSameRows(graph.nodes, nodes.get(version))) altered('graph', version)
      if (
        !isSameRows(graph.modules, nodes.get(graph.edgeSet)) ||
        !isSameRows(graph.edges, edges.get(graph.edgeSet))
      ) {
        altered('graph', graph.edgeSet)
      }
    }
  }
  return differences
}

async function nodesOf(
  { storage, repository, signal }: CheckContext,
  graphs: readonly FileGraph[],
): Promise<GraphNode[]> {
  const ids = new Set(
    graphs.flatMap(({ nodes, modules }) => [...nodes, ...modules].map(({ id }) => id)),
  )
  const found: GraphNode[] = []
  for (const batch of batches([...ids], storage.graph.maxBatch)) {
    const nodes = await storage.graph.nodes(batch, { signal })
    found.push(...nodes.filter((node) => node.repository === repository))
  }
  return found
}

async function edgesOf(
  { storage, repository, signal }: CheckContext,
  graphs: readonly FileGraph[],
): Promise<GraphEdge[]> {
  const found: GraphEdge[] = []
  const owners = graphs.filter(({ edges }) => edges.length > 0).map(({ edgeSet }) => edgeSet)
  for (const batch of batches(owners, storage.graph.maxBatch)) {
    found.push(...(await storage.graph.edges(repository, batch, { signal })))
  }
  return found
}

function groupByOwner<Row extends { readonly owner: string }>(
  rows: readonly Row[],
): ReadonlyMap<string, readonly Row[]> {
  const byOwner = new Map<string, Row[]>()
  for (const row of rows) {
    const own = byOwner.get(row.owner)
    if (own) own.push(row)
    else byOwner.set(row.owner, [row])
  }
  return byOwner
}

function isSameRows(
  expected: readonly (GraphNode | GraphEdge)[],
  found: readonly (GraphNode | GraphEdge)[] = [],
): boolean {
  if (expected.length !== found.length) return false
  const lines = new Set(expected.map(rowLine))
  return found.every((row) => lines.delete(rowLine(row)))
}

function rowLine(row: GraphNode | GraphEdge): string {
  return 'from' in row
    ? JSON.stringify([row.repository, row.type, row.from, row.to, row.resolution, row.line])
    : JSON.stringify([
        row.id,
        row.repository,
        row.kind,
        row.name,
        row.path,
        row.symbolPath,
        row.symbolKind,
        row.startLine,
        row.endLine,
      ])
}
