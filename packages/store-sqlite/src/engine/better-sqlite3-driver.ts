import { createRequire } from 'node:module'
import { getLoadablePath } from 'sqlite-vec'
import type { Driver, SqlValue, Statement } from './database.ts'

/**
 * `better-sqlite3`, an optional peer: 12 for Node 20, 13 from Node 22 on.
 * @throws when it is not installed, its binary does not load, or it does not work on this Node.
 */
export async function betterSqlite3Driver(): Promise<Driver> {
  checkVersion()
  const { default: BetterSqlite3 } = await import('better-sqlite3')
  const driver: Driver = {
    name: 'better-sqlite3',
    open(path, { readOnly, withVectors, isImmutable }) {
      if (isImmutable)
        throw new Error('better-sqlite3 cannot open a file in a folder that it may not write to.')
      const connection = new BetterSqlite3(path, { readonly: readOnly, fileMustExist: readOnly })
      if (withVectors) connection.loadExtension(getLoadablePath())
      const statements = new Map<string, unknown>()
      return {
        driver: 'better-sqlite3',
        exec: (sql) => {
          connection.exec(sql)
        },
        execUnguarded(sql) {
          connection.unsafeMode(true)
          try {
            connection.exec(sql)
          } finally {
            connection.unsafeMode(false)
          }
        },
        prepare<Row>(sql: string): Statement<Row> {
          const known = statements.get(sql)
          if (known !== undefined) return known as Statement<Row>
          const prepared = connection.prepare<unknown[], Row>(sql)
          // It takes numbered parameters (`?1`) for named ones, which come as one object.
          const hasNumbers = /\?\d/.test(sql)
          const bound = (values: SqlValue[]): unknown[] =>
            hasNumbers
              ? [Object.fromEntries(values.map((value, index) => [index + 1, value]))]
              : values
          // A statement that gives rows refuses `run`, one that gives none refuses `all`.
          const statement: Statement<Row> = {
            run: (...values: SqlValue[]) => {
              if (prepared.reader) {
                prepared.all(...bound(values))
                return { changes: 0 }
              }
              return { changes: prepared.run(...bound(values)).changes }
            },
            get: (...values: SqlValue[]) => prepared.get(...bound(values)),
            all: (...values: SqlValue[]) => prepared.all(...bound(values)),
            iterate: (...values: SqlValue[]) => prepared.iterate(...bound(values)),
          }
          statements.set(sql, statement)
          return statement
        },
        close: () => {
          connection.close()
        },
      }
    },
  }
  return driver
}

/** @throws Error for a version whose binary ends the process on this Node, before it is loaded. */
function checkVersion(): void {
  const manifest: { version: string } = createRequire(import.meta.url)(
    'better-sqlite3/package.json',
  )
  const wanted = otherVersion(manifest.version, process.versions.node)
  if (wanted === null) return
  throw new Error(
    `better-sqlite3 ${manifest.version} crashes on Node ${process.versions.node}; install better-sqlite3@${wanted}`,
  )
}

/**
 * Which version of better-sqlite3 a Node needs instead of this one; null where it works. 13 does not load before
 * Node 22, and on Node 24 the garbage collection of a statement of 12 ends the process.
 */
export function otherVersion(version: string, nodeVersion: string): 12 | 13 | null {
  const isNew = Number.parseInt(version, 10) >= 13
  const nodeMajor = Number.parseInt(nodeVersion, 10)
  if (isNew) return nodeMajor < 22 ? 12 : null
  return nodeMajor >= 24 ? 13 : null
}
