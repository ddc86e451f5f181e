import type { Journal, LedgerFile } from '../contracts/journal.ts'
import { pages } from '../pages.ts'

const filePage = 500

/** Every file of a repository in the ledger, in the order of paths, read page by page. */
export async function* ledgerFiles(
  ledger: Journal['ledger'],
  repository: string,
): AsyncGenerator<LedgerFile> {
  const read = pages(
    filePage,
    ({ path }: LedgerFile) => path,
    (range) => ledger.files(repository, range),
  )
  for await (const page of read) yield* page
}
