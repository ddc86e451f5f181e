import { relative } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { CairnError, type IndexRequest, type IndexResult, type IndexRun } from '@cairn/core'
import { encode, indexEventSchema, statusDocumentSchema } from '@cairn/protocol'
import { type CommandContext, mention, say, sayJson, withIndexer } from '../command-context.ts'
import { type ExitCode, exitCodes, isCancelled } from '../exit-codes.ts'
import { type RunTally, tallyRun } from '../run-tally.ts'
import { type SelectionOptions, selectionOf } from '../selection.ts'
import { storeSizeBytes } from '../store-size.ts'
import { percent } from '../terminal/amounts.ts'
import { createProgress } from '../terminal/create-progress.ts'
import type { Progress } from '../terminal/progress.ts'
import { summaryLines } from '../terminal/summary-lines.ts'
import { writeLine } from '../write-line.ts'

/** What the command line of `index` gives. */
export interface IndexCommandOptions extends SelectionOptions {
  readonly wait?: boolean
}

type Outcome = { readonly result: IndexResult } | { readonly error: unknown }

/** A run that has ended, with what was kept of it. */
interface EndedRun {
  readonly run: IndexRun
  readonly tally: RunTally
  readonly outcome: Outcome
}

const looksForWriterEveryMs = 1_000

/** `cairn index PATH|URL`. */
export async function indexCommand(
  context: CommandContext,
  pathOrUrl: string,
  options: IndexCommandOptions,
): Promise<ExitCode> {
  const request: IndexRequest = {
    ...selectionOf(pathOrUrl, options),
    onBusy: options.wait === true ? 'wait' : 'reject',
    signal: context.interrupt.signal,
  }
  return withIndexer(context, async (indexer) => {
    const start = (): Promise<EndedRun> => showRun(context, indexer.index(request))
    let ended = await start()
    if (options.wait === true && isLocked(ended.outcome)) {
      mention(context, 'Waiting for the process that writes to the store.')
      while (isLocked(ended.outcome)) {
        await setTimeout(looksForWriterEveryMs, undefined, { signal: context.interrupt.signal })
        ended = await start()
      }
    }
    const { run, tally, outcome } = ended
    if (context.isJson) printResult(context, run)
    if ('error' in outcome) {
      if (!isCancelled(outcome.error)) throw outcome.error
      mentionCancelled(context, run)
      return exitCodes.cancelled
    }
    if (!context.isJson) await printSummary(context, run, outcome.result, tally)
    return outcome.result.files.failed > 0 ? exitCodes.someFilesFailed : exitCodes.done
  })
}

/** A run that another process keeps from starting has not begun: it may be asked for again. */
function isLocked(outcome: Outcome): boolean {
  return (
    'error' in outcome &&
    CairnError.isInstance(outcome.error) &&
    outcome.error.code === 'STORE_LOCKED'
  )
}

/** Shows a run until it has ended. */
async function showRun(context: CommandContext, run: IndexRun): Promise<EndedRun> {
  const tally = tallyRun(run)
  const events = context.isJson ? printEvents(context, run) : null
  const progress = showProgress(context, run)
  context.interrupt.onFirst(() => {
    const line = 'Cancelling. What is done is kept. Ctrl-C again exits at once.'
    if (progress === null) mention(context, line)
    else progress.note(line)
  })
  const outcome = await run.finished.then(
    (result): Outcome => ({ result }),
    (error: unknown): Outcome => ({ error }),
  )
  progress?.stop()
  await events
  return { run, tally, outcome }
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
  mention(context, 'To go on where it was, type the same command again.')
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
