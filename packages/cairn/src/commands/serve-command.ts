import { once } from 'node:events'
import { parse } from 'node:path'
import { CairnError } from '@cairn/core'
import { type CommandContext, mention, say, sayJson, withIndexer } from '../command-context.ts'
import { type ExitCode, exitCodes } from '../exit-codes.ts'

/** What the command line of `serve` gives. */
export interface ServeCommandOptions {
  readonly port: number
  readonly control?: boolean
  readonly root?: readonly string[]
  readonly open?: boolean
}

/** `cairn serve`: the status and the page, until Ctrl-C. */
export async function serveCommand(
  context: CommandContext,
  options: ServeCommandOptions,
): Promise<ExitCode> {
  const { signal } = context.interrupt
  const allowedRoots = options.root ?? [process.cwd()]
  if (options.control === true && !options.root && isWholeMachine(process.cwd())) {
    const message =
      'With --control whatever is in the working folder may be indexed, which is the whole machine here. Name the folders with --root.'
    throw new CairnError('INVALID_OPTIONS', message)
  }
  return withIndexer(context, async (indexer) => {
    // Here and not above: no other subcommand is to wait for a server that it does not start.
    const { serveStatus } = await import('../serve-status.ts')
    const served = await serveStatus(indexer, {
      port: options.port,
      control: options.control === true,
      allowedRoots,
    })
    try {
      if (context.isJson) sayJson(context, { url: served.url, page_url: served.pageUrl })
      else {
        say(context, served.pageUrl)
        mention(context, 'Serving to this machine alone. Ctrl-C ends it.')
      }
      if (options.open === true) await openInBrowser(context, served.pageUrl)
      if (!signal.aborted) await once(signal, 'abort')
    } finally {
      await served.close()
    }
    return exitCodes.done
  })
}

/** Asks the system to open a page. Where it cannot, that is said, and the page is there all the same. */
async function openInBrowser(context: CommandContext, url: string): Promise<void> {
  const mentionFailure = (): void => mention(context, `No browser could be opened: open ${url}`)
  const { default: open } = await import('open')
  try {
    const opener = await open(url)
    opener.once('exit', (code) => {
      if (code !== 0) mentionFailure()
    })
  } catch {
    mentionFailure()
  }
}

function isWholeMachine(folder: string): boolean {
  return parse(folder).root === folder
}
