import { CairnError } from '@cairn/core'
import { CommanderError } from 'commander'
import { advice } from './advice.ts'
import { commandName, type ProcessParts } from './command-context.ts'
import { type ExitCode, exitCodeOf, exitCodes, isCancelled } from './exit-codes.ts'
import { createProgram } from './program.ts'
import { fitted } from './terminal/fit.ts'
import { createPaint } from './terminal/paint.ts'
import { printable } from './terminal/printable.ts'
import { streamTraits } from './terminal/stream-traits.ts'

/** Runs one command line (without the program's own name) and gives the exit code. */
export async function runCommand(
  commandLine: readonly string[],
  parts: ProcessParts,
): Promise<ExitCode> {
  let exitCode: ExitCode = exitCodes.done
  const program = createProgram(parts, (code) => {
    exitCode = code
  })
  try {
    await program.parseAsync([...commandLine], { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) {
      return error.exitCode === 0 ? exitCodes.done : exitCodes.badUsage
    }
    reportError(error, parts)
    return exitCodeOf(error)
  }
}

function reportError(error: unknown, { stderr, environment }: ProcessParts): void {
  const { hasColor, columns } = streamTraits(stderr, environment)
  const paint = createPaint(hasColor)
  const write = (line: string): void => {
    for (const row of fitted(line, columns)) stderr.write(`${row}\n`)
  }
  const isKnown = CairnError.isInstance(error)
  if (isCancelled(error)) {
    // What was cancelled in the middle says in what state it is now.
    write(isKnown ? printable(error.message) : 'Cancelled.')
    return
  }
  if (isKnown && error.code !== 'INTERNAL') {
    write(`${paint('bad', 'cairn:')} ${printable(error.message)} (${error.code})`)
  } else {
    const defect = isKnown ? (error.cause ?? error) : error
    const detail = defect instanceof Error ? (defect.stack ?? defect.message) : String(defect)
    stderr.write(`${paint('bad', 'cairn:')} ${detail.split('\n').map(printable).join('\n')}\n`)
  }
  const next = advice(isKnown ? error.code : 'INTERNAL', commandName(environment))
  if (next !== null) write(next)
}
