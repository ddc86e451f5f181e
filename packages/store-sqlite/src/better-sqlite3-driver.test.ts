import { describe, test } from 'vitest'
import { buildBetterSqlite3 } from '../scripts/build-better-sqlite3.ts'
import { holdContracts } from './contracts.test-support.ts'

const obstacle = await buildBetterSqlite3()
if (obstacle === null) {
  await holdContracts('better-sqlite3')
} else if (process.env.CI) {
  test('better-sqlite3 can be built', () => {
    throw new Error(`better-sqlite3 is not here: ${obstacle}`)
  })
} else {
  describe.skip(`the store on better-sqlite3, because ${obstacle}`, () => {
    test('holds every contract', () => {})
  })
}
