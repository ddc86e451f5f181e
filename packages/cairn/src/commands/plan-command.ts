import { encode, planDocumentSchema } from '@cairn/protocol'
import { type CommandContext, say, sayJson, withIndexer } from '../command-context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { type SelectionOptions, selectionOf } from '../selection.ts'
import { planLines } from '../terminal/plan-lines.ts'

/** What the command line of `plan` gives. */
export interface PlanCommandOptions extends SelectionOptions {
  readonly files?: boolean
}

/** `cairn plan PATH|URL`. */
export async function planCommand(
  context: CommandContext,
  pathOrUrl: string,
  options: PlanCommandOptions,
): Promise<ExitCode> {
  const selection = selectionOf(pathOrUrl, options)
  const plan = await withIndexer(context, (indexer) =>
    indexer.plan({ ...selection, signal: context.interrupt.signal }),
  )
  if (context.isJson) {
    sayJson(context, encode(planDocumentSchema, plan))
    return exitCodes.done
  }
  for (const line of planLines(plan, { ...context.out, hasFiles: options.files ?? false })) {
    say(context, line)
  }
  return exitCodes.done
}
