import { encode, explanationSchema } from '@cairn/protocol'
import {
  type CommandContext,
  hasStore,
  mentionNothingIndexed,
  say,
  sayJson,
  withIndexer,
} from '../command-context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { explanationLines } from '../terminal/explanation-lines.ts'

/** `cairn explain REPOSITORY PATH`. */
export async function explainCommand(
  context: CommandContext,
  repository: string,
  path: string,
): Promise<ExitCode> {
  if (!hasStore(context)) {
    mentionNothingIndexed(context)
    return exitCodes.failed
  }
  const explanation = await withIndexer(context, (indexer) =>
    indexer.explain(repository, repositoryPath(path)),
  )
  if (context.isJson) sayJson(context, encode(explanationSchema, explanation))
  else for (const line of explanationLines(explanation, context.out)) say(context, line)
  return exitCodes.done
}

/** The path as the index knows it: `./src/a.ts`, as a shell completes it, means `src/a.ts`. */
function repositoryPath(path: string): string {
  const slashed = process.platform === 'win32' ? path.replaceAll('\\', '/') : path
  return slashed.replace(/^(\.\/)+/, '')
}
