import { NotFoundError } from '@cairn/core'
import {
  encode,
  isTerminal,
  type StatusDocument,
  statusDocumentSchema,
  type TaskList,
  taskListSchema,
  taskSummary,
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
  const found = hasStore(context)
    ? await withIndexer(context, (indexer) => indexer.tasks(given(options)))
    : { tasks: [], total: 0, nextCursor: null }
  if (context.isJson) {
    sayJson(context, encode(taskListSchema, taskList(found)))
    return exitCodes.done
  }
  if (found.tasks.length === 0) mentionNothingIndexed(context)
  for (const line of taskListLines(found.tasks, context.out)) say(context, line)
  if (found.total > found.tasks.length) {
    say(context, `… ${found.total - found.tasks.length} older; --limit shows more.`)
  }
  return exitCodes.done
}

function taskList({
  tasks,
  total,
  nextCursor,
}: {
  readonly tasks: readonly StatusDocument[]
  readonly total: number
  readonly nextCursor: string | null
}): TaskList {
  const sum = (of: (task: StatusDocument) => number): number =>
    tasks.reduce((all, task) => all + of(task), 0)
  const mean = (of: (task: StatusDocument) => number): number =>
    tasks.length === 0 ? 0 : sum(of) / tasks.length
  const byStatus: TaskList['summary']['byStatus'] = {}
  for (const { status } of tasks) byStatus[status] = (byStatus[status] ?? 0) + 1
  return {
    tasks: tasks.map(taskSummary),
    total,
    summary: {
      byStatus,
      processedFiles: sum((task) => task.processedFiles),
      generatedChunks: sum((task) => task.generatedChunks),
      averageFilesPerSecond: mean((task) => task.throughputFilesPerSecond),
      averageChunksPerSecond: mean((task) => task.throughputChunksPerSecond),
    },
    recent: tasks.filter((task) => isTerminal(task.status)).map(taskSummary),
    timestamp: new Date(),
    nextCursor,
  }
}
