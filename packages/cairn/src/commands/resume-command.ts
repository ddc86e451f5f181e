import {
  type CommandContext,
  hasStore,
  mentionNothingIndexed,
  withIndexer,
} from '../command-context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { reportRun, showRun } from '../show-run.ts'

/** `cairn resume TASK`. */
export async function resumeCommand(context: CommandContext, taskId: string): Promise<ExitCode> {
  if (!hasStore(context)) {
    mentionNothingIndexed(context)
    return exitCodes.failed
  }
  return withIndexer(context, async (indexer) => {
    const run = await indexer.resume(taskId, { signal: context.interrupt.signal })
    return reportRun(context, await showRun(context, run))
  })
}
