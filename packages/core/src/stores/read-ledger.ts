import type { Journal, LedgerFile } from '../contracts/journal.ts'

const page = 500

/** Every file of a repository in the ledger, in the order of paths, read page by page. */
export async function* ledgerFiles(
  ledger: Journal['ledger'],
  repository: string,
): AsyncGenerator<LedgerFile> {
  for (let after: string | undefined; ; ) {
    const files = await ledger.files(repository, {
      limit: page,
      ...(after === undefined ? {} : { after }),
    })
    yield* files
    after = files.at(-1)?.path
    if (files.length < page || after === undefined) return
  }
}
