import { encode, removalReportSchema } from '@cairn/protocol'
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
import { printable } from '../terminal/printable.ts'

/** `cairn remove REPOSITORY`. */
export async function removeCommand(
  context: CommandContext,
  repository: string,
): Promise<ExitCode> {
  if (!hasStore(context)) {
    mentionNothingIndexed(context)
    return exitCodes.failed
  }
  const report = await withIndexer(context, (indexer) =>
    indexer.remove(repository, { signal: context.interrupt.signal }),
  )
  if (context.isJson) {
    sayJson(context, encode(removalReportSchema, report))
    return exitCodes.done
  }
  const { removed } = report
  const counts = [
    counted(removed.files, 'file'),
    counted(removed.chunks, 'chunk'),
    counted(removed.vectors, 'vector'),
    counted(removed.nodes, 'graph node'),
    counted(removed.edges, 'edge'),
  ].join(', ')
  say(context, `Removed ${printable(report.repository)}: ${counts}.`)
  return exitCodes.done
}
