import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createWorkbench, shop, type Workbench } from './fixture.ts'

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

// The row of the repository has another one after each run.
const compared = ['spool_files', 'ledger_files', 'embedding_cache'] as const

/** Takes from a store what later versions of its schema added; the checksums that it had. */
function makeFirstVersion(path: string): unknown {
  const database = new DatabaseSync(path)
  const checksums = compared.map((table) =>
    database.prepare(`select checksum from ${table} order by checksum`).all(),
  )
  for (const table of [...compared, 'staged_files', 'ledger_repositories']) {
    database.exec(`alter table ${table} drop column checksum`)
  }
  database.exec(`
    drop index tasks_by_retention;
    alter table tasks drop column log_bytes;
    drop table left_texts;
    pragma user_version = 1;
  `)
  database.close()
  return checksums
}

test('a store of the first version is brought up to date, and what it has stays indexed', async () => {
  const path = bench.repository('shop', shop)
  const first = bench.open()
  await first.indexer.index({ path }).finished
  await first.close()
  const file = join(bench.folder, 'data', 'cairn.db')
  const wanted = makeFirstVersion(file)

  const second = bench.open()
  const { files } = await second.indexer.index({ path }).finished
  expect(files).toMatchObject({ indexed: 0, unchanged: 5 })
  const report = await second.indexer.reconcile('shop')
  expect(report).toMatchObject({ ok: true, missing: [], orphan: [], altered: [] })
  expect((await second.indexer.search('parse_price')).hits.length).toBeGreaterThan(0)
  await second.close()
  expect(makeFirstVersion(file)).toEqual(wanted)
})
