import { existsSync } from 'node:fs'
import type { Indexer } from '@cairn/core'
import { createIndexer, storePath } from './create-indexer.ts'
import type { Interrupt } from './interrupt.ts'
import { fitted } from './terminal/fit.ts'
import { createPaint, type Paint } from './terminal/paint.ts'
import { type StreamTraits, streamTraits } from './terminal/stream-traits.ts'

/** What every subcommand gets. */
export interface CommandContext {
  readonly dataDirectory: string
  /** Whether a program reads the answer. */
  readonly isJson: boolean
  readonly interrupt: Interrupt
  /** How this command was called, for advice on what to type next. */
  readonly commandName: string
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
  /** How to write to standard output, and in what colours. */
  readonly out: StreamTraits & { readonly paint: Paint }
  /** How to write to standard error, and in what colours. */
  readonly err: StreamTraits & { readonly paint: Paint }
}

/** What {@link createCommandContext} is made from. */
export interface CommandContextOptions {
  readonly dataDirectory: string
  readonly isJson: boolean
  readonly interrupt: Interrupt
  readonly environment: NodeJS.ProcessEnv
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

/** What the command's process gives it. */
export type ProcessParts = Omit<CommandContextOptions, 'dataDirectory' | 'isJson'>

/** What a person types to run this command: as installed, or through a package manager. */
export function commandName(environment: NodeJS.ProcessEnv): string {
  if (environment.npm_command === 'exec') return 'npx cairn'
  return environment.npm_lifecycle_event === 'cairn' ? 'pnpm cairn' : 'cairn'
}

/** The context of one command line. */
export function createCommandContext(options: CommandContextOptions): CommandContext {
  const { environment, stdout, stderr, ...rest } = options
  const traitsOf = (stream: NodeJS.WriteStream): CommandContext['out'] => {
    const traits = streamTraits(stream, environment)
    // Not a copy: what the traits say of the terminal's size is what it is when they are asked.
    return Object.assign(traits, { paint: createPaint(traits.hasColor) })
  }
  return {
    ...rest,
    stdout,
    stderr,
    commandName: commandName(environment),
    out: traitsOf(stdout),
    err: traitsOf(stderr),
  }
}

/** Whether anything was ever indexed into the data directory. */
export function hasStore(context: CommandContext): boolean {
  return existsSync(storePath(context.dataDirectory))
}

/** Calls `use` with an indexer over the data directory and closes it afterwards. */
export async function withIndexer<Answer>(
  context: CommandContext,
  use: (indexer: Indexer) => Promise<Answer>,
): Promise<Answer> {
  const indexer = createIndexer({ dataDirectory: context.dataDirectory })
  try {
    return await use(indexer)
  } finally {
    await indexer.close()
  }
}

/** Writes a result line for a person. */
export function say(context: CommandContext, line: string): void {
  context.stdout.write(`${line}\n`)
}

/** Writes one JSON document for a program. */
export function sayJson(context: CommandContext, document: unknown): void {
  context.stdout.write(`${JSON.stringify(document)}\n`)
}

/** Writes a line that is not part of the result. */
export function mention(context: CommandContext, line: string): void {
  for (const row of fitted(line, context.err.columns)) context.stderr.write(`${row}\n`)
}

/** Says kindly that there is nothing to answer from yet. */
export function mentionNothingIndexed(context: CommandContext): void {
  mention(context, 'Nothing is indexed here yet. To index the working folder, type:')
  mention(context, `  ${context.commandName} index .`)
}
