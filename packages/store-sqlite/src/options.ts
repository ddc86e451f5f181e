/** Options of `sqlite`. */
export interface SqliteOptions {
  /** The file; it and its folder are made by the first write, never by a read. */
  readonly path: string
  /** Whether everything that writes rejects with `STORE_READ_ONLY`. @default false */
  readonly readOnly?: boolean
  /**
   * What runs SQLite: Node's own `node:sqlite`, or the optional peer `better-sqlite3`. `auto` takes
   * Node's own where it has full text search and loads extensions.
   * @default 'auto'
   */
  readonly driver?: 'auto' | 'node' | 'better-sqlite3'
  /**
   * Bytes of database pages that the writing thread keeps in memory. The reading one keeps half of it, and
   * of the codes of vectors, which each query without a filter looks at, another half: those of some
   * 130,000 vectors of 384 dimensions by default. What does not fit is read again.
   * @default 16_777_216
   */
  readonly cacheBytes?: number
  /**
   * Most bytes the file may grow to, but for 2 MiB that the last events of a run may take; beyond, writes
   * reject with `STORE_FULL`.
   * @default what the disk holds
   */
  readonly maxBytes?: number
}

/** {@link SqliteOptions} with every default in its place, as it crosses into the threads. */
export interface EngineOptions {
  readonly path: string
  readonly readOnly: boolean
  readonly driver: 'auto' | 'node' | 'better-sqlite3'
  readonly cacheBytes: number
  readonly maxBytes: number | null
}
