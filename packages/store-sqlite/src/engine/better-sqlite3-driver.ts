import { getLoadablePath } from 'sqlite-vec'
import type { Driver, SqlValue, Statement } from './database.ts'

/**
 * `better-sqlite3`, an optional peer.
 * @throws when it is not installed or its binary does not load.
 */
export async function betterSqlite3Driver(): Promise<Driver> {
  const { default: BetterSqlite3 } = await import('better-sqlite3')
  const driver: Driver = {
    name: 'better-sqlite3',
    open(path, { readOnly, withVectors }) {
      const connection = new BetterSqlite3(path, { readonly: readOnly, fileMustExist: readOnly })
      if (withVectors) connection.loadExtension(getLoadablePath())
      const statements = new Map<string, unknown>()
      return {
        driver: 'better-sqlite3',
        exec: (sql) => {
          connection.exec(sql)
        },
        prepare<Row>(sql: string): Statement<Row> {
          const known = statements.get(sql)
          if (known !== undefined) return known as Statement<Row>
          const prepared = connection.prepare<SqlValue[], Row>(sql)
          // A statement that gives rows refuses `run`, one that gives none refuses `all`.
          const statement: Statement<Row> = {
            run: (...values: SqlValue[]) => {
              if (prepared.reader) {
                prepared.all(...values)
                return { changes: 0 }
              }
              return { changes: prepared.run(...values).changes }
            },
            get: (...values: SqlValue[]) => prepared.get(...values),
            all: (...values: SqlValue[]) => prepared.all(...values),
            iterate: (...values: SqlValue[]) => prepared.iterate(...values),
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
