import { setTimeout } from 'node:timers/promises'
import { CairnError, type Indexer, type IndexRequest } from '@cairn/core'
import { type CommandContext, mention, withIndexer } from '../command-context.ts'
import type { ExitCode } from '../exit-codes.ts'
import { type SelectionOptions, selectionOf } from '../selection.ts'
import type { ServedStatus } from '../serve-status.ts'
import { type EndedRun, type Outcome, reportRun, showRun } from '../show-run.ts'

/** What the command line of `index` gives. */
export interface IndexCommandOptions extends SelectionOptions {
  readonly wait?: boolean
  readonly watchUrl?: boolean
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
    const served = options.watchUrl === true ? await servePage(indexer) : null
    const start = (): Promise<EndedRun> => showRun(context, indexer.index(request), served?.pageUrl)
    try {
      return await reportRun(context, await untilItBegan(context, start, options))
    } finally {
      await served?.close()
    }
  })
}

/** The page of a run, on any port, for looking only. */
async function servePage(indexer: Indexer): Promise<ServedStatus> {
  // Here and not above: a run that nobody watches so is not to wait for a server.
  const { serveStatus } = await import('../serve-status.ts')
  return serveStatus(indexer, { port: 0, control: false, allowedRoots: [] })
}

/** Starts the run again while another process writes, where it is to wait for that. */
async function untilItBegan(
  context: CommandContext,
  start: () => Promise<EndedRun>,
  options: IndexCommandOptions,
): Promise<EndedRun> {
  let ended = await start()
  if (options.wait === true && isLocked(ended.outcome)) {
    mention(context, 'Waiting for the process that writes to the store.')
    while (isLocked(ended.outcome)) {
      await setTimeout(looksForWriterEveryMs, undefined, { signal: context.interrupt.signal })
      ended = await start()
    }
  }
  return ended
}

/** A run that another process keeps from starting has not begun: it may be asked for again. */
function isLocked(outcome: Outcome): boolean {
  return (
    'error' in outcome &&
    CairnError.isInstance(outcome.error) &&
    outcome.error.code === 'STORE_LOCKED'
  )
}
