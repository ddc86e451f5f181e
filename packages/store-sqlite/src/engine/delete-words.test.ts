import { describe, expect, onTestFinished, test } from 'vitest'
import { betterSqlite3Driver } from './better-sqlite3-driver.ts'
import { type Database, inTransaction } from './database.ts'
import { deleteWords } from './delete-words.ts'
import { createWords } from './first-version.ts'
import { nodeDriver } from './node-driver.ts'
import { readVarints, writeVarint } from './varint.ts'

describe.each([
  ['node', nodeDriver],
  ['better-sqlite3', betterSqlite3Driver],
] as const)('words that %s deleted', (_, open) => {
  const newTable = async (): Promise<Database> => {
    const database = (await open()).open(':memory:', { readOnly: false, withVectors: false })
    onTestFinished(() => database.close())
    database.exec(createWords)
    return database
  }
  const insert = (database: Database, ids: readonly number[]): void => {
    const statement = database.prepare('insert into chunk_words (rowid, terms) values (?, ?)')
    // Long enough that a size takes two bytes.
    for (const id of ids) statement.run(id, `shop cart ${'price '.repeat(id % 300)}`)
  }
  const scores = (database: Database): unknown[] =>
    database
      .prepare(
        "select rowid, rank from chunk_words where chunk_words match 'price OR cart' order by rowid",
      )
      .all()
  const ids = (first: number, end: number): number[] =>
    Array.from({ length: end - first }, (_, index) => first + index)

  test('weigh nothing, also where others were written in the same transaction', async () => {
    const [changed, fresh] = [await newTable(), await newTable()]
    inTransaction(changed, () => insert(changed, ids(1, 900)))
    inTransaction(changed, () => {
      insert(changed, ids(900, 1_000))
      deleteWords(changed, [
        [1, 400],
        [500, 600],
      ])
      insert(changed, ids(1_000, 1_010))
      deleteWords(changed, [[700, 720]])
    })
    inTransaction(fresh, () =>
      insert(fresh, [...ids(400, 500), ...ids(600, 700), ...ids(720, 1_010)]),
    )
    expect(scores(changed)).toEqual(scores(fresh))
    expect(scores(changed)).toHaveLength(490)
  })

  test('may be all that there are', async () => {
    const database = await newTable()
    insert(database, ids(1, 5))
    deleteWords(database, [[1, 5]])
    deleteWords(database, [[1, 5]])
    insert(database, ids(7, 9))
    const fresh = await newTable()
    insert(fresh, ids(7, 9))
    expect(scores(database)).toEqual(scores(fresh))
  })
})

test('integers are written as SQLite writes them, and read back', () => {
  expect(writeVarint(0x1234)).toEqual([0xa4, 0x34])
  const values = [0, 1, 127, 128, 300, 16_383, 16_384, 2 ** 31, 2 ** 40 + 5]
  expect(readVarints(Uint8Array.from(values.flatMap(writeVarint)))).toEqual(values)
})
