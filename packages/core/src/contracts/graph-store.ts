import type { SymbolKind } from './parsed-file.ts'
import type {
  InspectOptions,
  OptimizeOptions,
  StoreCallOptions,
  StoredDifference,
} from './vector-store.ts'

/** What a node of the code graph stands for. */
export type GraphNodeKind = 'file' | 'symbol' | 'module'

/** A node of the code graph. A `module` is what an import names outside the repository. */
export interface GraphNode {
  /** Derived from repository, kind, path and symbol path: the same over the versions of a file. */
  readonly id: string
  /**
   * What put the node there; a node may have several owners and stays until the last one goes.
   * A file version for files and symbols, an edge set for modules.
   */
  readonly owner: string
  readonly repository: string
  readonly kind: GraphNodeKind
  /** Last name: of the symbol, the file or the module. */
  readonly name: string
  /** Path of the file; null for a module. */
  readonly path: string | null
  /** As in `SymbolDefinition`; null for files and modules. */
  readonly symbolPath: string | null
  readonly symbolKind: SymbolKind | null
  readonly startLine: number | null
  readonly endLine: number | null
}

/** What an edge of the code graph says of its ends. */
export type GraphEdgeType = 'defines' | 'imports' | 'calls' | 'extends' | 'implements'

/**
 * How an edge's target was found; there is no guess. `syntax`: it stands in the source as such.
 * `scope`: defined in the same file, visible there. `import`: followed through imports.
 * `package`: top level of the same package. `member`: of the enclosing type or of a type it inherits from.
 */
export type EdgeResolution = 'syntax' | 'scope' | 'import' | 'package' | 'member'

/** A directed edge; `from`, `to` and `type` identify it within its owner. */
export interface GraphEdge {
  /** Id of the edge set that put the edge there: one for each file and state of its resolution. */
  readonly owner: string
  readonly repository: string
  readonly type: GraphEdgeType
  /** Node ids. */
  readonly from: string
  readonly to: string
  readonly resolution: EdgeResolution
  /** Line of the first use in the file of `from`; null where it has none. */
  readonly line: number | null
}

/** Rows that are written together. */
export interface GraphRows {
  readonly nodes: readonly GraphNode[]
  readonly edges: readonly GraphEdge[]
}

/**
 * {@link GraphRows} as bytes, which go from thread to thread without being built up in between, and how
 * many they are. Made by `encodeGraph` and read by `decodeGraph` of `@cairn/core/encoded-graph`.
 */
export interface EncodedGraph {
  /** Each can be read by itself, and has its own buffer. */
  readonly parts: readonly Uint8Array<ArrayBuffer>[]
  /** Number of nodes. */
  readonly nodes: number
  /** Number of edges. */
  readonly edges: number
}

/** An edge with the node at its other end; the same node may come once for each owner. */
export interface GraphNeighbour {
  readonly edge: GraphEdge
  readonly node: GraphNode
}

/** How much one owner has in the store. */
export interface OwnerCount {
  readonly owner: string
  readonly nodes: number
  readonly edges: number
}

/**
 * Holds the code graph. Rows are identified by (id, owner) or (owner, type, from, to), so writes are
 * idempotent; deleting is by owner. Which owners are live is the ledger's business.
 * All methods reject with a `StoreError`.
 */
export interface GraphStore {
  /** Name for people and reports, for example `sqlite`. */
  readonly id: string
  /** Most nodes plus edges, ids, or owners, of one call. */
  readonly maxBatch: number
  /** As {@link VectorStore.isRemote}. @default false */
  readonly isRemote?: boolean
  /**
   * Writes rows in place of those of the same identity; an edge may come before its nodes. Encoded ones
   * stay the caller's, who may have to try again: they are read or copied, never transferred.
   */
  upsert(rows: GraphRows | EncodedGraph, options?: StoreCallOptions): Promise<void>
  /** Deletes what these owners put there; unknown owners are no error. */
  deleteOwners(
    repository: string,
    owners: readonly string[],
    options?: StoreCallOptions,
  ): Promise<{ nodes: number; edges: number }>
  /** Nodes of these ids, for every owner they have, in no order. */
  nodes(ids: readonly string[], options?: StoreCallOptions): Promise<GraphNode[]>
  /** Edges at a node with what is at their other end: `out` from it, `in` to it; at most `limit`. */
  neighbours(
    id: string,
    options: StoreCallOptions & {
      readonly direction: 'in' | 'out'
      readonly types?: readonly GraphEdgeType[]
      readonly limit: number
    },
  ): Promise<GraphNeighbour[]>
  /** Owners of a repository in ascending order with their counts, `limit` a page, those after `after`. */
  owners(
    options: StoreCallOptions & {
      readonly repository: string
      readonly after?: string
      readonly limit: number
    },
  ): Promise<OwnerCount[]>
  /** Edges of these owners in a repository, in no order; unknown owners have none. */
  edges(
    repository: string,
    owners: readonly string[],
    options?: StoreCallOptions,
  ): Promise<GraphEdge[]>
  /** Edges of a repository whose `from` or `to` is no node, at most `limit`. */
  danglingEdges(
    options: StoreCallOptions & { readonly repository: string; readonly limit: number },
  ): Promise<GraphEdge[]>
  /** Deletes every row of a repository, whoever owns it. */
  removeRepository(
    repository: string,
    options?: StoreCallOptions,
  ): Promise<{ nodes: number; edges: number }>
  /** As {@link VectorStore.inspect}; an id is that of an owner or a node. */
  inspect?(options: InspectOptions): Promise<StoredDifference[]>
  /** As {@link VectorStore.optimize}. */
  optimize?(options: OptimizeOptions): Promise<void>
  /** Lets go of connections and files. */
  close(): Promise<void>
}
