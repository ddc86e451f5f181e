/** What SQLite stores. */
export type SqlValue = null | number | bigint | string | Uint8Array

/** A prepared statement. `Row` is what its SQL selects: the statement's author vouches for it. */
export interface Statement<Row> {
  run(...values: SqlValue[]): { changes: number }
  get(...values: SqlValue[]): Row | undefined
  all(...values: SqlValue[]): Row[]
  iterate(...values: SqlValue[]): IterableIterator<Row>
}

/** The little of SQLite that the engine uses; both drivers have it. */
export interface Database {
  readonly driver: 'node' | 'better-sqlite3'
  exec(sql: string): void
  /** `exec` that may also write to the tables of FTS5, which SQLite else keeps for FTS5 itself. */
  execUnguarded(sql: string): void
  /** Statements are kept: the same SQL is compiled once. */
  prepare<Row = Readonly<Record<string, SqlValue>>>(sql: string): Statement<Row>
  close(): void
}

export interface OpenOptions {
  readonly readOnly: boolean
  /** Whether sqlite-vec is loaded. */
  readonly withVectors: boolean
  /** Whether nobody can change the file as long as it is open, so that SQLite need not write beside it. @default false */
  readonly isImmutable?: boolean
}

/** Opens a file, or `:memory:`. */
export interface Driver {
  readonly name: 'node' | 'better-sqlite3'
  open(path: string, options: OpenOptions): Database
}

/** Runs `work` in a write transaction; whatever it throws undoes all of it. */
export function inTransaction<T>(database: Database, work: () => T): T {
  return between(database, 'begin immediate', work)
}

/** Runs `work` on one state of the database, whatever is written meanwhile. */
export function onSnapshot<T>(database: Database, work: () => T): T {
  return between(database, 'begin', work)
}

function between<T>(database: Database, begin: string, work: () => T): T {
  database.prepare(begin).run()
  try {
    const result = work()
    database.prepare('commit').run()
    return result
  } catch (error) {
    try {
      database.prepare('rollback').run()
    } catch {
      // After a full disk or an I/O error SQLite has rolled back already; `error` says why.
    }
    throw error
  }
}
