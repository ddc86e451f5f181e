import type { SymbolKind } from '@cairn/core'
import { encode, searchAnswerSchema } from '@cairn/protocol'
import {
  type CommandContext,
  hasStore,
  mention,
  mentionNothingIndexed,
  say,
  sayJson,
  withIndexer,
} from '../command-context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { given } from '../given.ts'
import { commitInWords } from '../terminal/commit.ts'
import { hitLines } from '../terminal/hit-lines.ts'
import { moment } from '../terminal/moment.ts'
import { printable } from '../terminal/printable.ts'

/** What the command line of `search` gives. */
export interface SearchCommandOptions {
  readonly repository?: readonly string[]
  readonly language?: readonly string[]
  readonly path?: string
  readonly kind?: readonly SymbolKind[]
  readonly limit?: number
  readonly mode: 'hybrid' | 'lexical' | 'dense'
  readonly neighbours?: boolean
}

/** `cairn search QUERY`. */
export async function searchCommand(
  context: CommandContext,
  words: readonly string[],
  options: SearchCommandOptions,
): Promise<ExitCode> {
  const query = words.join(' ')
  if (!hasStore(context)) {
    if (context.isJson) sayJson(context, encode(searchAnswerSchema, { hits: [], freshness: [] }))
    mentionNothingIndexed(context)
    return exitCodes.done
  }
  const { kind, ...rest } = options
  const { signal } = context.interrupt
  const answer = await withIndexer(context, (indexer) =>
    indexer.search(query, given({ ...rest, symbolKind: kind, signal })),
  )
  if (context.isJson) {
    sayJson(
      context,
      encode(searchAnswerSchema, { hits: [...answer.hits], freshness: [...answer.freshness] }),
    )
    return exitCodes.done
  }
  if (answer.freshness.length === 0) {
    mentionNothingIndexed(context)
    return exitCodes.done
  }
  if (answer.hits.length === 0) mention(context, 'Nothing found. Try other or fewer words.')
  for (const [at, hit] of answer.hits.entries()) {
    const lines = hitLines(hit, at + 1, {
      ...context.out,
      query,
      hasSeveralRepositories: answer.freshness.length > 1,
    })
    for (const line of lines) say(context, line)
    say(context, '')
  }
  for (const state of answer.freshness) {
    const line = `${printable(state.repository)}${commitInWords(state)}, indexed ${moment(state.indexedAt)}`
    mention(context, context.err.paint('quiet', line))
  }
  return exitCodes.done
}
