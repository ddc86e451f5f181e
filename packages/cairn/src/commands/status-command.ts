import { NotFoundError } from '@cairn/core'
import {
  encode,
  readTaskList,
  statusDocumentSchema,
  type TaskList,
  taskListSchema,
} from '@cairn/protocol'
import {
  type CommandContext,
  hasStore,
  mentionNothingIndexed,
  say,
  sayJson,
  withIndexer,
} from '../command-context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'
import { given } from '../given.ts'
import { statusLines, taskListLines } from '../terminal/status-lines.ts'

/** What the command line of `status` gives. */
export interface StatusCommandOptions {
  readonly repository?: string
  readonly limit?: number
}

/** `cairn status [TASK]`. */
export async function statusCommand(
  context: CommandContext,
  taskId: string | undefined,
  options: StatusCommandOptions,
): Promise<ExitCode> {
  return taskId === undefined ? listTasks(context, options) : showTask(context, taskId)
}

async function showTask(context: CommandContext, taskId: string): Promise<ExitCode> {
  if (!hasStore(context)) {
    throw new NotFoundError(
      'TASK_NOT_FOUND',
      `Task ${taskId} not found: nothing is indexed here yet.`,
    )
  }
  const status = await withIndexer(context, (indexer) => indexer.status(taskId))
  if (context.isJson) sayJson(context, encode(statusDocumentSchema, status))
  else for (const line of statusLines(status, new Date(), context.out)) say(context, line)
  return exitCodes.done
}

async function listTasks(
  context: CommandContext,
  options: StatusCommandOptions,
): Promise<ExitCode> {
  const filter = given({ repository: options.repository })
  const page = given({ limit: options.limit })
  if (context.isJson) {
    const list = hasStore(context)
      ? await withIndexer(context, (indexer) => readTaskList(indexer, filter, page))
      : noTasks()
    sayJson(context, encode(taskListSchema, list))
    return exitCodes.done
  }
  // What a list of the wire has no room for, a person wants to know: why a task failed.
  const { tasks, total } = hasStore(context)
    ? await withIndexer(context, (indexer) => indexer.tasks({ ...filter, ...page }))
    : noTasks()
  if (tasks.length === 0) mentionNothingIndexed(context)
  else for (const line of taskListLines(tasks, context.out)) say(context, line)
  if (total > tasks.length) say(context, `… ${total - tasks.length} older; --limit shows more.`)
  return exitCodes.done
}

function noTasks(): TaskList & { readonly tasks: [] } {
  return {
    tasks: [],
    total: 0,
    summary: {
      byStatus: {},
      processedFiles: 0,
      generatedChunks: 0,
      averageFilesPerSecond: 0,
      averageChunksPerSecond: 0,
    },
    recent: [],
    timestamp: new Date(),
    nextCursor: null,
  }
}
