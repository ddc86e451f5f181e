import { holdContracts } from './contracts.test-support.ts'

await holdContracts('better-sqlite3')
