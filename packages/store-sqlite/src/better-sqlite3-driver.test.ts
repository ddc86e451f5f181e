import { expect, test } from 'vitest'
import { buildBetterSqlite3 } from '../scripts/build-better-sqlite3.ts'
import { holdContracts } from './contracts.test-support.ts'

const obstacle = await buildBetterSqlite3()

// A developer without a compiler may go on without; CI may not.
test.skipIf(obstacle !== null && !process.env.CI)(
  `better-sqlite3 loads${obstacle === null ? '' : ` (${obstacle}, so its contracts are not held here)`}`,
  () => {
    expect(obstacle).toBeNull()
  },
)

if (obstacle === null) await holdContracts('better-sqlite3')
