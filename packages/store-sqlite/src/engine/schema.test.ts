import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { EngineOptions } from '../options.ts'
import { temporaryFolder } from '../store-samples.test-support.ts'
import { connectReader, connectWriter } from './connect.ts'
import type { Driver } from './database.ts'
import { nodeDriver } from './node-driver.ts'
import { type Migration, migrations } from './schema.ts'

let driver: Driver
beforeAll(async () => {
  driver = await nodeDriver()
})

async function options(): Promise<EngineOptions> {
  const path = join(await temporaryFolder(), 'index.db')
  return { path, readOnly: false, driver: 'node', cacheBytes: 1_000_000, maxBytes: null }
}

const addColour: Migration = (database) => database.exec('alter table plans add column colour text')
const addTaste: Migration = (database) => database.exec('alter table plans add column taste text')

describe('migrations', () => {
  test('run in their order, each once', async () => {
    const at = await options()
    connectWriter(driver, at).close()
    connectWriter(driver, at, [...migrations, addColour]).close()
    const database = connectWriter(driver, at, [...migrations, addColour, addTaste])
    database.exec(
      "insert into plans (run_id, repository, colour, taste) values ('r', 1, 'red', 'hot')",
    )
    expect(database.prepare('pragma user_version').get()).toMatchObject({
      user_version: migrations.length + 2,
    })
    database.close()
  })

  test('that fail undo themselves, and the ones before them stay', async () => {
    const at = await options()
    const fail: Migration = (database) => {
      database.exec('drop table plans')
      throw new Error('this migration is broken')
    }
    expect(() => connectWriter(driver, at, [...migrations, addColour, fail])).toThrow(/broken/)
    const database = connectWriter(driver, at, [...migrations, addColour])
    database.exec("insert into plans (run_id, repository, colour) values ('r', 1, 'red')")
    database.close()
  })

  test('keep what is stored', async () => {
    const at = await options()
    const before = connectWriter(driver, at)
    before.exec("insert into plans (run_id, repository) values ('kept', 1)")
    const epoch = before.prepare('select value from meta').all()
    before.close()
    const after = connectWriter(driver, at, [...migrations, addColour])
    expect(after.prepare('select run_id from plans').all()).toMatchObject([{ run_id: 'kept' }])
    expect(after.prepare('select value from meta').all()).toEqual(epoch)
    after.close()
  })

  test('a file of a newer schema is refused by writer and reader', async () => {
    const at = await options()
    connectWriter(driver, at, [...migrations, addColour]).close()
    const refusal = expect.objectContaining({ code: 'STORE_TOO_NEW' })
    expect(() => connectWriter(driver, at)).toThrow(refusal)
    expect(() => connectReader(driver, at)).toThrow(refusal)
  })
})
