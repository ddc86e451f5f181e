import type { SymbolKind } from './parsed-file.ts'

/** One collection of comparable vectors: those of one embedder. */
export interface VectorSpace {
  /** {@link Embedder.fingerprint}. */
  readonly fingerprint: string
  readonly dimensions: number
}

/** A chunk's vector with what a query can filter by. */
export interface VectorRow {
  /** Chunk id: `<file version>:<ordinal>`. */
  readonly id: string
  /** Unit length (L2). */
  readonly vector: Float32Array
  readonly repository: string
  /** Id of the file version that the chunk belongs to. */
  readonly version: string
  readonly path: string
  readonly language: string
  readonly symbolKind: SymbolKind | null
}

/**
 * What a hit must satisfy; each member narrows, an absent one does not, an empty list lets nothing
 * through.
 */
export interface ChunkFilter {
  readonly repositories?: readonly string[]
  readonly languages?: readonly string[]
  readonly symbolKinds?: readonly SymbolKind[]
  /** File versions; how a path glob reaches a store. */
  readonly versions?: readonly string[]
}

/** A near vector. */
export interface VectorHit {
  readonly id: string
  /** Cosine distance, 0 (same direction) to 2. */
  readonly distance: number
}

/** What every call of a store takes. */
export interface StoreCallOptions {
  /** Stops the call, which then rejects; one that was aborted before changes nothing. */
  readonly signal?: AbortSignal
}

/** What {@link VectorStore.optimize} may do. */
export interface OptimizeOptions {
  /** Whether writes may wait for as long as it takes to give unused room back. */
  readonly mayBlock: boolean
}

/** A row that a store holds and that is not as it was written. */
export interface StoredDifference {
  /** `missing`: part of it is gone; `orphan`: it belongs to nothing; `altered`: it says something else. */
  readonly kind: 'missing' | 'orphan' | 'altered'
  /** What it is called among its like: a chunk id, an owner, a node id, a path. */
  readonly id: string
  /** The file it belongs to, where the store knows it. */
  readonly path: string | null
}

/** The rows of one file version, as its chunks are called: `version:ordinal`. */
export interface VersionRows {
  readonly version: string
  /** Number of rows whose ids begin with the version. */
  readonly rows: number
  /** The highest ordinal among them; null where an id is not that of a chunk. */
  readonly lastOrdinal: number | null
}

/** What {@link VectorStore.inspect} is told. */
export interface InspectOptions extends StoreCallOptions {
  readonly repository: string
  /** Whether what cannot be right is taken away, so that it counts as missing and is written again. */
  readonly repair: boolean
}

/**
 * Holds the vectors of chunks. Every write is idempotent: ids are derived from content, so writing a
 * row twice leaves one. Which rows are live is not the store's business: the ledger says that.
 * All methods reject with a `StoreError`; `recoverable` on it means that trying again may help.
 */
export interface VectorStore {
  /** Name for people and reports, for example `sqlite`. */
  readonly id: string
  /** Most rows or ids of one call. */
  readonly maxBatch: number
  /**
   * Whether it is asked over a network, so that few calls with much in each are better than many with
   * little. @default false
   */
  readonly isRemote?: boolean
  /**
   * Writes rows in place of those of the same id; the vectors stay the caller's. A vector of another
   * length than the space's rejects.
   */
  upsert(space: VectorSpace, rows: readonly VectorRow[], options?: StoreCallOptions): Promise<void>
  /**
   * Only where the journal's spool and cache may be in the same database: writes the rows of whole
   * spooled versions from there, so that their vectors never leave it. A chunk whose text has no
   * vector in the cache gets no row. Gives the versions it does not know, which the caller writes by
   * {@link upsert}.
   */
  upsertSpooled?(
    space: VectorSpace,
    repository: string,
    versions: readonly string[],
    options?: StoreCallOptions,
  ): Promise<string[]>
  /** Deletes rows of these ids; ids that are not there are no error. Returns how many were. */
  delete(space: VectorSpace, ids: readonly string[], options?: StoreCallOptions): Promise<number>
  /**
   * The `limit` nearest rows by cosine distance, nearest first, ties by id. A space that was never
   * written to gives an empty list. A vector of another length rejects, and so does a known
   * fingerprint with other dimensions. `limit` counts rows that pass the filter and may exceed them.
   */
  query(
    space: VectorSpace,
    vector: Float32Array,
    options: StoreCallOptions & { readonly limit: number; readonly filter?: ChunkFilter },
  ): Promise<VectorHit[]>
  /** Stored vectors in the order of `ids`; null for one that is not there. */
  get(
    space: VectorSpace,
    ids: readonly string[],
    options?: StoreCallOptions,
  ): Promise<(Float32Array | null)[]>
  /**
   * Only where others may write to the same place and {@link VectorStore.inspect} does not find it: of rows
   * as they should be, the ids of those beside whose vectors something else stands.
   */
  altered?(
    space: VectorSpace,
    rows: readonly Omit<VectorRow, 'vector'>[],
    options?: StoreCallOptions,
  ): Promise<string[]>
  /** Ids of a repository in ascending order, for reconciliation, `limit` a page, those after `after`. */
  ids(
    space: VectorSpace,
    options: StoreCallOptions & {
      readonly repository: string
      readonly after?: string
      readonly limit: number
    },
  ): Promise<string[]>
  /**
   * Only where it is much less to give than every id: the ids of a repository summed up by the version
   * that they begin with, in ascending order of it, `limit` a page, those after `after`.
   */
  versions?(
    space: VectorSpace,
    options: StoreCallOptions & {
      readonly repository: string
      readonly after?: string
      readonly limit: number
    },
  ): Promise<VersionRows[]>
  /** Number of rows of a repository. */
  count(
    space: VectorSpace,
    options: StoreCallOptions & { readonly repository: string },
  ): Promise<number>
  /** Spaces that hold a row. */
  spaces(options?: StoreCallOptions): Promise<VectorSpace[]>
  /** Deletes every row of a repository in every space; returns how many. */
  removeRepository(repository: string, options?: StoreCallOptions): Promise<number>
  /**
   * Only where the store keeps a row in several places: finds rows of a repository whose places do not
   * agree, by their ids, and what belongs to no row. What {@link get}, {@link ids} and {@link count} show
   * anyway need not be told again.
   */
  inspect?(space: VectorSpace, options: InspectOptions): Promise<StoredDifference[]>
  /** Only where there is something to look after: statistics, unused room. What is stored stays as it is. */
  optimize?(options: OptimizeOptions): Promise<void>
  /** Lets go of connections and files. */
  close(): Promise<void>
}
