import type { GraphEdge, GraphNode } from '../contracts/graph-store.ts'
import { decodeGraph } from '../graph/encoded-graph.ts'
import { createGraphBuilder, type GraphBuilder } from '../graph/graph-builder.ts'
import type { MemoryGate } from '../memory-gate.ts'
import type { Parser } from '../parsing/parser.ts'
import { batches } from './batches.ts'
import type { CheckContext, CheckedFile, Difference } from './checked-file.ts'

const filePage = 50

/**
 * Makes the graph of every file anew from what is spooled of it, and compares it with the rows of the
 * graph store, and its edge set with the ledger. `known` are owners that differ already.
 */
export async function checkGraphRows(
  context: CheckContext & { readonly parser: Parser; readonly memory: MemoryGate },
  byVersion: ReadonlyMap<string, CheckedFile>,
  known: readonly Difference[],
): Promise<Difference[]> {
  const { storage, repository, parser, memory } = context
  const builder = createGraphBuilder({
    repository,
    spool: storage.journal.spool,
    versions: new Map([...byVersion.values()].map(({ path, version }) => [path, version])),
    languages: parser.languages,
    maxRows: Number.POSITIVE_INFINITY,
    memory,
    files: byVersion.size,
  })
  try {
    return await compareRows(context, byVersion, known, builder)
  } finally {
    await builder.close()
  }
}

/** The rows of one file, as they would be written now. */
interface FileRows {
  readonly version: string
  readonly edgeSet: string
  /** Also those of modules, which the edge set owns. */
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

async function compareRows(
  context: CheckContext,
  byVersion: ReadonlyMap<string, CheckedFile>,
  known: readonly Difference[],
  builder: GraphBuilder,
): Promise<Difference[]> {
  const { storage, signal } = context
  const isKnown = new Set(known.map(({ id }) => id))
  const differences: Difference[] = []
  for (const page of batches([...byVersion.keys()], filePage)) {
    signal.throwIfAborted()
    const spooled = await storage.journal.spool.files(page)
    const graphs = await builder.build(spooled, { withNodes: true, signal })
    const files = graphs.map(({ edgeSet, rows }, index): FileRows => {
      const parts = rows.flatMap((piece) => piece.parts)
      return { version: spooled[index]?.version ?? '', edgeSet, ...decodeGraph({ parts }) }
    })
    const nodes = groupByOwner(await nodesOf(context, files))
    const edges = groupByOwner(await edgesOf(context, files))
    for (const { version, edgeSet, ...expected } of files) {
      const file = byVersion.get(version) ?? null
      const path = file?.path ?? null
      const altered = (store: Difference['store'], id: string): void => {
        if (!isKnown.has(id)) differences.push({ kind: 'altered', store, id, path })
      }
      if (file && file.edgeSet !== edgeSet) {
        altered('ledger', file.path)
        continue
      }
      const own = groupByOwner(expected.nodes)
      if (!isSameRows(own.get(version), nodes.get(version))) altered('graph', version)
      if (
        !isSameRows(own.get(edgeSet), nodes.get(edgeSet)) ||
        !isSameRows(expected.edges, edges.get(edgeSet))
      ) {
        altered('graph', edgeSet)
      }
    }
  }
  return differences
}

async function nodesOf(
  { storage, repository, signal }: CheckContext,
  files: readonly FileRows[],
): Promise<GraphNode[]> {
  const ids = new Set(files.flatMap(({ nodes }) => nodes.map(({ id }) => id)))
  const found: GraphNode[] = []
  for (const batch of batches([...ids], storage.graph.maxBatch)) {
    const nodes = await storage.graph.nodes(batch, { signal })
    found.push(...nodes.filter((node) => node.repository === repository))
  }
  return found
}

async function edgesOf(
  { storage, repository, signal }: CheckContext,
  files: readonly FileRows[],
): Promise<GraphEdge[]> {
  const found: GraphEdge[] = []
  const owners = files.filter(({ edges }) => edges.length > 0).map(({ edgeSet }) => edgeSet)
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
  expected: readonly (GraphNode | GraphEdge)[] = [],
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
