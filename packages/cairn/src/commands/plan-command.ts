import { encode, planDocumentSchema } from '@cairn/protocol'
import { type CommandContext, say, sayJson, withIndexer } from '../command-context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { sourceArgument } from '../source-argument.ts'
import { planLines } from '../terminal/plan-lines.ts'

/** What the command line of `plan` gives. */
export interface PlanCommandOptions {
  readonly ref?: string
  readonly depth?: number | 'full'
  readonly include?: readonly string[]
  readonly exclude?: readonly string[]
  readonly name?: string
  readonly files?: boolean
}

/** `cairn plan PATH|URL`. */
export async function planCommand(
  context: CommandContext,
  pathOrUrl: string,
  options: PlanCommandOptions,
): Promise<ExitCode> {
  const source = sourceArgument(pathOrUrl, options)
  const plan = await withIndexer(context, (indexer) =>
    indexer.plan({
      ...source,
      ...(options.include === undefined ? {} : { include: options.include }),
      ...(options.exclude === undefined ? {} : { exclude: options.exclude }),
      ...(options.name === undefined ? {} : { name: options.name }),
      signal: context.interrupt.signal,
    }),
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
