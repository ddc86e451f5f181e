import { encode, repositoryListSchema } from '@cairn/protocol'
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
  const repositories = hasStore(context)
    ? await withIndexer(context, (indexer) => indexer.repositories())
    : []
  if (context.isJson) {
    sayJson(
      context,
      encode(repositoryListSchema, {
        repositories: [...repositories],
        totalRepositories: repositories.length,
        pageInfo: { offset: 0, limit: repositories.length, hasNext: false },
      }),
    )
    return exitCodes.done
  }
  if (repositories.length === 0) {
    mentionNothingIndexed(context)
    return exitCodes.done
  }
  const { paint } = context.out
  for (const repository of repositories) {
    const { source } = repository
    say(context, `${paint('strong', printable(repository.name))}${commitInWords(repository)}`)
    const rows = labelledRows(
      [
        ['from', printable(source.kind === 'local' ? source.path : source.url)],
        [
          'holds',
          [
            counted(repository.files, 'file'),
            counted(repository.chunks, 'chunk'),
            counted(repository.symbols, 'symbol'),
            counted(repository.edges, 'edge'),
          ].join(', '),
        ],
        ['languages', countsByName(repository.languages, 8)],
        ['indexed', moment(repository.indexedAt)],
      ],
      context.out,
    )
    for (const row of rows) say(context, row)
  }
  return exitCodes.done
}
