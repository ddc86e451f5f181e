import { createRequire } from 'node:module'
import { resolve } from 'node:path'
import { logLevels, stages, symbolKinds } from '@cairn/protocol'
import { Command, InvalidArgumentError, Option } from 'commander'
import {
  type CommandContext,
  commandName,
  createCommandContext,
  type ProcessParts,
} from './command-context.ts'
import { explainCommand } from './commands/explain-command.ts'
import { indexCommand } from './commands/index-command.ts'
import { logsCommand } from './commands/logs-command.ts'
import { planCommand } from './commands/plan-command.ts'
import { reconcileCommand } from './commands/reconcile-command.ts'
import { removeCommand } from './commands/remove-command.ts'
import { repositoriesCommand } from './commands/repositories-command.ts'
import { resumeCommand } from './commands/resume-command.ts'
import { searchCommand } from './commands/search-command.ts'
import { serveCommand } from './commands/serve-command.ts'
import { statusCommand } from './commands/status-command.ts'
import { defaultDataDirectory } from './create-indexer.ts'
import type { ExitCode } from './exit-codes.ts'
import { createPaint } from './terminal/paint.ts'
import { streamTraits } from './terminal/stream-traits.ts'

const defaultPort = 7_433

const exitCodesText = `
Exit codes: 0 done, 1 failed, 2 bad usage, 3 done but some files failed, 130 cancelled.`

function version(): string {
  const manifest: { version: string } = createRequire(import.meta.url)('../package.json')
  return manifest.version
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value]
}

function wholeNumber(value: string): number {
  if (!/^[1-9]\d{0,8}$/.test(value))
    throw new InvalidArgumentError('It must be a whole number from 1.')
  return Number(value)
}

function folderName(value: string): string {
  if (value === '') throw new InvalidArgumentError('It is empty; give a folder.')
  return value
}

/** One of these names, in whatever case it is typed. */
function oneOf<Name extends string>(names: readonly Name[]): (value: string) => Name {
  return (value) => {
    const found = names.find((name) => name.toLowerCase() === value.toLowerCase())
    if (found === undefined) {
      throw new InvalidArgumentError(`It must be one of ${names.join(', ')}.`)
    }
    return found
  }
}

function portNumber(value: string): number {
  const port = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN
  if (port >= 0 && port <= 65_535) return port
  throw new InvalidArgumentError('It must be a port: a whole number from 0 to 65535.')
}

function depth(value: string): number | 'full' {
  return value === 'full' ? value : wholeNumber(value)
}

/** The command line's grammar; every subcommand's exit code goes to `setExitCode`. */
export function createProgram(parts: ProcessParts, setExitCode: (code: ExitCode) => void): Command {
  const paint = createPaint(streamTraits(parts.stderr, parts.environment).hasColor)
  const program = new Command('cairn')
    .description('Index Git repositories for search and agents, with progress you can trust.')
    .version(version(), '-V, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .addOption(
      new Option('--data-dir <DIR>', 'folder for the store and the clones')
        .env('CAIRN_DATA_DIR')
        .argParser(folderName)
        .default(defaultDataDirectory),
    )
    .option('--json', 'print JSON for a program')
    .addHelpText('after', exitCodesText)
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => parts.stdout.write(text),
      writeErr: (text) => parts.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error:/, paint('bad', 'cairn:'))),
    })
    .showSuggestionAfterError()
    .exitOverride()

  const run =
    <Arguments extends readonly unknown[]>(
      command: (context: CommandContext, ...given: Arguments) => Promise<ExitCode>,
    ) =>
    async (...given: Arguments): Promise<void> => {
      const { dataDir, json = false } = program.opts<{ dataDir: string; json?: boolean }>()
      const context = createCommandContext({
        ...parts,
        dataDirectory: resolve(dataDir),
        isJson: json,
      })
      setExitCode(await command(context, ...given))
    }

  const selection = (command: Command): Command =>
    command
      .argument('<PATH|URL>', 'a folder, or a Git URL to clone')
      .option('--ref <REF>', 'branch, tag or commit')
      .option('--depth <COMMITS>', 'commits to fetch from a URL, or "full" (default: 1)', depth)
      .option('--include <GLOB>', 'only files that match; may be repeated', collect)
      .option('--exclude <GLOB>', 'no files that match; may be repeated', collect)
      .option('--name <NAME>', "the repository's name (default: the last part of PATH|URL)")

  selection(program.command('index'))
    .description('index a repository, or what changed in it since the last time')
    .option('--wait', 'wait while another process writes to the store')
    .option('--watch-url', "serve the task's page while it runs, and print its address")
    .action(run(indexCommand))

  program
    .command('resume')
    .description('go on with a task that was cancelled, paused or interrupted, or that failed')
    .argument('<TASK>', 'id of a task')
    .action(run(resumeCommand))

  selection(program.command('plan'))
    .description('say what index would do with each file, without writing anything')
    .option('--files', 'list every file')
    .action(run(planCommand))

  program
    .command('search')
    .description('find code by words or meaning')
    .argument('<QUERY...>', 'words or code')
    .option('--repository <NAME>', 'only in this repository; may be repeated', collect)
    .option('--language <LANGUAGE>', 'only in this language; may be repeated', collect)
    .option('--path <GLOB>', 'only in files that match')
    .option(
      '--kind <KIND>',
      `only symbols of this kind; may be repeated: ${symbolKinds.join(', ')}`,
      (value: string, before?: readonly string[]) => collect(oneOf(symbolKinds)(value), before),
    )
    .option('--limit <COUNT>', 'hits, at most 100 (default: 10)', wholeNumber)
    .addOption(
      new Option('--mode <MODE>', 'by words, by meaning, or both')
        .choices(['hybrid', 'lexical', 'dense'])
        .default('hybrid'),
    )
    .option('--neighbours', 'show callers, callees and imports of each hit')
    .action(run(searchCommand))

  program
    .command('status')
    .description('say where a task is, or list the newest tasks')
    .argument('[TASK]', 'id of a task')
    .option('--repository <NAME>', 'only tasks of this repository')
    .option('--limit <COUNT>', 'tasks to list', wholeNumber)
    .action(run(statusCommand))

  program
    .command('logs')
    .description('print what happened in a task')
    .argument('<TASK>', 'id of a task')
    .option(
      '--level <LEVEL>',
      `this level and those above it: ${logLevels.join(', ')}`,
      oneOf(logLevels),
    )
    .option('--stage <STAGE>', 'only of this stage', oneOf(stages))
    .option('--file <PATH>', 'only about this file')
    .option('--query <TEXT>', 'only messages that contain this text')
    .option('--limit <COUNT>', 'entries to print', wholeNumber)
    .option('--cursor <CURSOR>', 'go on after a previous answer: its next_cursor')
    .option('--follow', 'go on printing until the task ends')
    .action(run(logsCommand))

  program
    .command('serve')
    .description('serve the page and the status routes to this machine')
    .option('--port <PORT>', 'port to listen on; 0 for any that is free', portNumber, defaultPort)
    .option('--control', 'let the page start, pause, cancel and remove')
    .option(
      '--root <DIR>',
      'with --control: what is in this folder may be indexed; may be repeated (default: the working folder)',
      (value: string, before?: readonly string[]) => collect(resolve(value), before),
    )
    .option('--open', 'open the page in your browser')
    .action(run(serveCommand))

  program
    .command('explain')
    .description('say what became of a file and why')
    .argument('<REPOSITORY>', 'name of a repository')
    .argument('<PATH>', 'path within the repository')
    .action(run(explainCommand))

  program
    .command('repositories')
    .description('list what is indexed')
    .action(run(repositoriesCommand))

  program
    .command('remove')
    .description('remove a repository from every store')
    .argument('<REPOSITORY>', 'name of a repository')
    .action(run(removeCommand))

  program
    .command('reconcile')
    .description('compare every store with what was indexed and repair what differs')
    .argument('<REPOSITORY>', 'name of a repository')
    .option('--check', 'only compare, repair nothing')
    .action(run(reconcileCommand))

  for (const command of [program, ...program.commands]) {
    const words = [commandName(parts.environment), ...(command === program ? [] : [command.name()])]
    command.showHelpAfterError(`To see how it is used, type: ${words.join(' ')} --help`)
  }
  return program
}
