import type { LedgerSummary } from '@cairn/core'
import { encode, type RepositoryInfo, repositoryListSchema } from '@cairn/protocol'
import {
  type CommandContext,
  hasStore,
  mentionNothingIndexed,
  say,
  sayJson,
  withIndexer,
} from '../command-context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { counted } from '../terminal/amounts.ts'
import { commitInWords } from '../terminal/commit.ts'
import { countsByName } from '../terminal/counts-by-name.ts'
import { labelledRows } from '../terminal/labelled-rows.ts'
import { moment } from '../terminal/moment.ts'
import { printable } from '../terminal/printable.ts'

/** `cairn repositories`. */
export async function repositoriesCommand(context: CommandContext): Promise<ExitCode> {
  const summaries = hasStore(context)
    ? await withIndexer(context, (indexer) => indexer.repositories())
    : []
  if (context.isJson) {
    const repositories = summaries.map(repositoryInfo)
    sayJson(
      context,
      encode(repositoryListSchema, {
        repositories,
        totalRepositories: repositories.length,
        pageInfo: { offset: 0, limit: repositories.length, hasNext: false },
      }),
    )
    return exitCodes.done
  }
  if (summaries.length === 0) {
    mentionNothingIndexed(context)
    return exitCodes.done
  }
  const { paint } = context.out
  for (const summary of summaries) {
    const { source } = summary
    say(context, `${paint('strong', printable(summary.name))}${commitInWords(summary)}`)
    const rows = labelledRows(
      [
        ['from', printable(source.kind === 'local' ? source.path : source.url)],
        [
          'holds',
          [
            counted(summary.files, 'file'),
            counted(summary.chunks, 'chunk'),
            counted(summary.symbols, 'symbol'),
            counted(summary.edges, 'edge'),
          ].join(', '),
        ],
        ['languages', countsByName(summary.filesByLanguage, 8)],
        ['indexed', moment(summary.indexedAt)],
      ],
      context.out,
    )
    for (const row of rows) say(context, row)
  }
  return exitCodes.done
}

function repositoryInfo(summary: LedgerSummary): RepositoryInfo {
  const { name, source, ref, commit, files, chunks, symbols, edges, indexedAt } = summary
  return {
    name,
    source,
    ref,
    commit,
    files,
    chunks,
    symbols,
    edges,
    languages: { ...summary.filesByLanguage },
    embedder: { ...summary.embedder },
    indexedAt,
    sizeBytes: null,
  }
}
