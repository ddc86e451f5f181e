import type { EncodedGraph, GraphRows } from '../contracts/graph-store.ts'
import type { Spool, SpooledFile } from '../contracts/journal.ts'
import type { Language } from '../contracts/language.ts'
import { encodeGraph } from './encoded-graph.ts'
import { createGraphResolver } from './graph-resolver.ts'
import type { FileGraph } from './resolve-file.ts'

/** What one file puts into the graph: how much it is, and the rows as bytes. */
export interface BuiltGraph {
  readonly edgeSet: string
  readonly symbolCount: number
  /** Nodes of the file and its symbols, which the file version owns. */
  readonly nodeCount: number
  /** Nodes of modules outside the repository, which the edge set owns. */
  readonly edgeSetNodes: number
  readonly edgeSetEdges: number
  /** In pieces of at most so many rows as were allowed, nodes first. */
  readonly rows: readonly EncodedGraph[]
}

/** What the graphs of files are built from. */
export interface GraphMakerOptions {
  readonly repository: string
  /** The state of the repository: path → file version. */
  readonly versions: ReadonlyMap<string, string>
  readonly surfaces: Spool['surfaces']
  readonly language: (id: string) => Language | undefined
  /** Rows of one piece. */
  readonly maxRows: number
}

/** What a call that builds graphs is told. */
export interface BuildOptions {
  /** Whether the nodes of the file version are among the rows. */
  readonly withNodes: boolean
  readonly signal?: AbortSignal
}

/** Builds the graphs of files in the order given; one call at a time. */
export type GraphMaker = (
  files: readonly SpooledFile[],
  options: BuildOptions,
) => Promise<BuiltGraph[]>

/** Builds graphs in the thread that calls. */
export function createGraphMaker({ maxRows, ...options }: GraphMakerOptions): GraphMaker {
  const resolver = createGraphResolver(options)
  return async (files, { withNodes, signal }) => {
    const built: BuiltGraph[] = []
    for await (const graph of resolver.resolve(files, signal)) {
      built.push(encoded(graph, withNodes, maxRows))
    }
    return built
  }
}

function encoded(graph: FileGraph, withNodes: boolean, maxRows: number): BuiltGraph {
  const { edgeSet, nodes, modules, edges } = graph
  const rows = { nodes: withNodes ? [...nodes, ...modules] : modules, edges }
  return {
    edgeSet,
    // All but the file itself.
    symbolCount: nodes.length - 1,
    nodeCount: nodes.length,
    edgeSetNodes: modules.length,
    edgeSetEdges: edges.length,
    rows: [...piecesOf(rows, maxRows)].map(encodeGraph),
  }
}

/** Nodes first, so that few edges are there without their ends. */
function* piecesOf({ nodes, edges }: GraphRows, size: number): Generator<GraphRows> {
  for (let start = 0; start < nodes.length + edges.length; start += size) {
    const end = start + size
    yield {
      nodes: nodes.slice(start, end),
      edges: edges.slice(Math.max(0, start - nodes.length), Math.max(0, end - nodes.length)),
    }
  }
}
