import { spawn } from 'node:child_process'

/** How a command ended and what it printed. */
export interface CommandResult {
  readonly exitCode: number
  readonly stdout: string
  /** Both streams, in the order it came. */
  readonly output: string
}

/** Milliseconds after which a command has not ended by itself, and is ended. */
const longestMs = 1_800_000

/** Runs a command to its end and keeps what it prints. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      timeout: longestMs,
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    const stdout: Buffer[] = []
    const output: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => {
      stdout.push(piece)
      output.push(piece)
    })
    child.stderr.on('data', (piece: Buffer) => output.push(piece))
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({
        exitCode: code ?? 1,
        stdout: Buffer.concat(stdout).toString('utf8'),
        output: Buffer.concat(output).toString('utf8'),
      }),
    )
  })
}

/**
 * Runs a command that has to succeed and returns its standard output.
 * @throws Error with all that it printed, where it does not.
 */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<string> {
  const { exitCode, stdout, output } = await runCommand(command, args, options)
  if (exitCode === 0) return stdout
  throw new Error(`\`${command} ${args.join(' ')}\` ended with ${exitCode}:\n${output.trimEnd()}`)
}
