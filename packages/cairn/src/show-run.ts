import { relative } from 'node:path'
import type { IndexResult, IndexRun } from '@cairn/core'
import { encode, indexEventSchema, statusDocumentSchema } from '@cairn/protocol'
import { type CommandContext, mention, say, sayJson } from './command-context.ts'
import { type ExitCode, exitCodes, isCancelled } from './exit-codes.ts'
import { type RunTally, tallyRun } from './run-tally.ts'
import { storeSizeBytes } from './store-size.ts'
import { percent } from './terminal/amounts.ts'
import { createProgress } from './terminal/create-progress.ts'
import type { Progress } from './terminal/progress.ts'
import { summaryLines } from './terminal/summary-lines.ts'
import { writeLine } from './write-line.ts'

/** How a run ended. */
export type Outcome = { readonly result: IndexResult } | { readonly error: unknown }

/** A run that has ended, with what was kept of it. */
export interface EndedRun {
  readonly run: IndexRun
  readonly tally: RunTally
  readonly outcome: Outcome
}

/** Shows a run until it has ended; `pageUrl` is that of the page where it can be watched meanwhile. */
export async function showRun(
  context: CommandContext,
  run: IndexRun,
  pageUrl: string | null = null,
): Promise<EndedRun> {
  const tally = tallyRun(run)
  const events = context.isJson ? printEvents(context, run) : null
  const progress = showProgress(context, run)
  const note = (line: string): void => {
    if (progress === null) mention(context, line)
    else progress.note(line)
  }
  context.interrupt.onFirst(() =>
    note('Cancelling. What is done is kept. Ctrl-C again exits at once.'),
  )
  // Before its first event is stored there is nothing to be seen.
  if (pageUrl !== null) run.once('run.queued', () => note(`${pageUrl}#/tasks/${run.taskId}`))
  const outcome = await run.finished.then(
    (result): Outcome => ({ result }),
    (error: unknown): Outcome => ({ error }),
  )
  progress?.stop()
  await events
  return { run, tally, outcome }
}

/** Says what a run did, or how to go on with one that was cancelled; throws what it failed with. */
export async function reportRun(
  context: CommandContext,
  { run, tally, outcome }: EndedRun,
): Promise<ExitCode> {
  if (context.isJson) printResult(context, run)
  if ('error' in outcome) {
    if (!isCancelled(outcome.error)) throw outcome.error
    mentionCancelled(context, run)
    return exitCodes.cancelled
  }
  if (!context.isJson) await printSummary(context, run, outcome.result, tally)
  return outcome.result.files.failed > 0 ? exitCodes.someFilesFailed : exitCodes.done
}

/** A program that reads standard output gets no lines; a person before the same terminal no picture over them. */
function showProgress(context: CommandContext, run: IndexRun): Progress | null {
  if (context.isJson && (!context.err.isLive || context.stdout.isTTY)) return null
  return createProgress({
    status: () => run.status(),
    stream: context.stderr,
    traits: context.err,
    now: () => new Date(),
  })
}

async function printEvents(context: CommandContext, run: IndexRun): Promise<void> {
  let hasReader = true
  for await (const event of run) {
    if (!hasReader) continue
    const line = JSON.stringify(encode(indexEventSchema, event))
    hasReader = await writeLine(context.stdout, line)
  }
}

function printResult(context: CommandContext, run: IndexRun): void {
  const status = run.status()
  sayJson(context, {
    type: 'result',
    data: status === null ? null : encode(statusDocumentSchema, status),
  })
}

function mentionCancelled(context: CommandContext, run: IndexRun): void {
  const status = run.status()
  const where =
    status === null ? '' : ` at ${status.currentStage}, ${percent(status.overallProgress)} of all`
  mention(context, `Cancelled${where}.`)
  if (status === null) mention(context, 'Nothing was done. To begin, type the same command again.')
  else {
    mention(context, 'To go on where it was, type:')
    mention(context, `  ${context.commandName} resume ${run.taskId}`)
  }
}

async function printSummary(
  context: CommandContext,
  run: IndexRun,
  result: IndexResult,
  tally: RunTally,
): Promise<void> {
  const lines = summaryLines(
    {
      result,
      status: run.status(),
      tally,
      sizeBytes: await storeSizeBytes(context.dataDirectory),
      dataDirectory: relative(process.cwd(), context.dataDirectory) || '.',
      commandName: context.commandName,
    },
    context.out,
  )
  for (const line of lines) say(context, line)
}
