import { betterSqlite3Driver } from './better-sqlite3-driver.ts'
import type { Driver } from './database.ts'
import { Fault } from './fault.ts'
import { nodeDriver } from './node-driver.ts'

/**
 * The first driver that has what the store needs, tried, not guessed from a version.
 * @throws Fault `STORE_UNSUPPORTED` that says what to install.
 */
export async function chooseDriver(wanted: 'auto' | 'node' | 'better-sqlite3'): Promise<Driver> {
  const candidates = {
    auto: [nodeDriver, betterSqlite3Driver],
    node: [nodeDriver],
    'better-sqlite3': [betterSqlite3Driver],
  }[wanted]
  const failures: string[] = []
  let cause: unknown
  for (const candidate of candidates) {
    try {
      const driver = await candidate()
      probe(driver)
      return driver
    } catch (error) {
      cause ??= error
      failures.push(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
    }
  }
  throw new Fault(
    'STORE_UNSUPPORTED',
    'No SQLite here has full text search and vectors. Use Node 22.16 or newer, or install better-sqlite3 ' +
      `(12 for Node 20, 13 for Node 22) beside cairn, on Linux, macOS or Windows x64 or Linux or macOS arm64. (${failures.join('; ')})`,
    { cause },
  )
}

function probe(driver: Driver): void {
  const database = driver.open(':memory:', { readOnly: false, withVectors: true })
  try {
    database.exec("create virtual table probe using fts5(words, content='', contentless_delete=1)")
    database.prepare('select vec_version()').get()
  } finally {
    database.close()
  }
}
