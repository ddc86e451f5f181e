import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { ServerUnavailableError } from './server-unavailable-error.ts'

const execute = promisify(execFile)

/** What a program wrote. */
export interface ProgramOutput {
  readonly stdout: string
  readonly stderr: string
}

/** Where and with what a program runs. */
export interface ProgramOptions {
  readonly cwd?: string
  /** Added to this process's own environment. */
  readonly env?: Readonly<Record<string, string>>
}

/** Runs a program to its end. Throws with the end of what it wrote where it fails. */
export async function runProgram(
  program: string,
  args: readonly string[],
  { cwd, env }: ProgramOptions = {},
): Promise<ProgramOutput> {
  return execute(program, args, {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, ...env },
    maxBuffer: 64 * 1024 * 1024,
  })
}

/**
 * {@link runProgram} for a program that a server cannot do without: throws
 * {@link ServerUnavailableError} with `remedy` where it is not there or fails.
 */
export async function runNeededProgram(
  server: string,
  remedy: string,
  program: string,
  args: readonly string[],
  options: ProgramOptions = {},
): Promise<ProgramOutput> {
  try {
    return await runProgram(program, args, options)
  } catch (error) {
    throw new ServerUnavailableError(server, `${remedy} (${whyItFailed(program, error)})`, {
      cause: error,
    })
  }
}

function whyItFailed(program: string, error: unknown): string {
  const { code, stdout, stderr } = error as NodeJS.ErrnoException & Partial<ProgramOutput>
  if (code === 'ENOENT') return `${program} is not on the PATH`
  // Maven writes its errors to the standard output.
  const lines = (stderr?.trim() || stdout?.trim() || String(error)).split('\n')
  return `${program} failed: ${lines.slice(-5).join('\n')}`
}
