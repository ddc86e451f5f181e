import { setTimeout } from 'node:timers/promises'
import { InvalidOptionsError, type LogFilter, NotFoundError } from '@cairn/core'
import {
  encode,
  isTerminal,
  type LogEntry,
  type LogLevel,
  logListSchema,
  type Stage,
} from '@cairn/protocol'
import { type CommandContext, hasStore, say, sayJson, withIndexer } from '../command-context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { given } from '../given.ts'
import { logLine } from '../terminal/log-line.ts'

/** What the command line of `logs` gives. */
export interface LogsCommandOptions {
  readonly level?: LogLevel
  readonly stage?: Stage
  readonly file?: string
  readonly query?: string
  readonly limit?: number
  readonly cursor?: string
  readonly follow?: boolean
}

const pageEntries = 500
const looksEveryMs = 500

/** `cairn logs TASK`. */
export async function logsCommand(
  context: CommandContext,
  taskId: string,
  options: LogsCommandOptions,
): Promise<ExitCode> {
  if (context.isJson && options.follow === true) {
    throw new InvalidOptionsError('--follow and --json exclude each other.')
  }
  if (!hasStore(context)) {
    throw new NotFoundError(
      'TASK_NOT_FOUND',
      `Task ${taskId} not found: nothing is indexed here yet.`,
    )
  }
  const { level, stage, file, query, limit, cursor } = options
  const filter = given({ level, stage, file, query })
  return context.isJson
    ? printPage(context, taskId, { ...filter, ...given({ limit, cursor }) })
    : printPages(context, taskId, filter, options)
}

async function printPage(
  context: CommandContext,
  taskId: string,
  filter: LogFilter,
): Promise<ExitCode> {
  const list = await withIndexer(context, async (indexer) => {
    const { repositoryName } = await indexer.status(taskId)
    const { logs, total, nextCursor } = await indexer.logs(taskId, filter)
    const logLevel = filter.level ?? 'DEBUG'
    return { taskId, repositoryName, logLevel, totalLogs: total, logs, nextCursor }
  })
  sayJson(context, encode(logListSchema, list))
  return exitCodes.done
}

/** Prints page after page; with `follow` it looks again at the last one until the task has ended. */
async function printPages(
  context: CommandContext,
  taskId: string,
  filter: LogFilter,
  options: LogsCommandOptions,
): Promise<ExitCode> {
  let left = options.limit ?? Number.POSITIVE_INFINITY
  let cursor = options.cursor
  let printedOfPage = 0
  const print = (entry: LogEntry): void => {
    if (left <= 0) return
    left -= 1
    say(context, logLine(entry, context.out.paint))
  }
  await withIndexer(context, async (indexer) => {
    while (left > 0) {
      context.interrupt.signal.throwIfAborted()
      const hasEnded = isTerminal((await indexer.status(taskId)).status)
      const page = await indexer.logs(taskId, {
        ...filter,
        ...given({ limit: pageEntries, cursor }),
      })
      for (const entry of page.logs.slice(printedOfPage)) print(entry)
      printedOfPage = page.logs.length
      if (page.nextCursor !== null) {
        cursor = page.nextCursor
        printedOfPage = 0
      } else if (options.follow !== true || hasEnded) {
        return
      } else {
        await setTimeout(looksEveryMs, undefined, { signal: context.interrupt.signal })
      }
    }
  })
  return exitCodes.done
}
