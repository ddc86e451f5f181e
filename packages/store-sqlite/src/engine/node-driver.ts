import { pathToFileURL } from 'node:url'
import { getLoadablePath } from 'sqlite-vec'
import type { Driver, SqlValue, Statement } from './database.ts'

/**
 * `node:sqlite`.
 * @throws when this Node has no `node:sqlite`, or one without FTS5 or extensions.
 */
export async function nodeDriver(): Promise<Driver> {
  const { DatabaseSync } = await import('node:sqlite')
  const driver: Driver = {
    name: 'node',
    open(path, { readOnly, withVectors, isImmutable }) {
      const location = isImmutable ? new URL(`${pathToFileURL(path).href}?immutable=1`) : path
      const connection = new DatabaseSync(location, { readOnly, allowExtension: withVectors })
      if (withVectors) {
        connection.loadExtension(getLoadablePath())
        connection.enableLoadExtension(false)
      }
      const statements = new Map<string, unknown>()
      return {
        driver: 'node',
        exec: (sql) => connection.exec(sql),
        execUnguarded(sql) {
          // Older ones have no guard, and no method either.
          const guard: Partial<Pick<typeof connection, 'enableDefensive'>> = connection
          guard.enableDefensive?.call(connection, false)
          try {
            connection.exec(sql)
          } finally {
            guard.enableDefensive?.call(connection, true)
          }
        },
        prepare<Row>(sql: string): Statement<Row> {
          const known = statements.get(sql)
          if (known !== undefined) return known as Statement<Row>
          const prepared = connection.prepare(sql)
          const statement: Statement<Row> = {
            run: (...values: SqlValue[]) => ({ changes: Number(prepared.run(...values).changes) }),
            get: (...values: SqlValue[]) => prepared.get(...values) as Row | undefined,
            all: (...values: SqlValue[]) => prepared.all(...values) as Row[],
            iterate: (...values: SqlValue[]) =>
              prepared.iterate(...values) as IterableIterator<Row>,
          }
          statements.set(sql, statement)
          return statement
        },
        close: () => connection.close(),
      }
    },
  }
  return driver
}
