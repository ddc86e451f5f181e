import { spawn } from 'node:child_process'

/** How a command ended, with what it printed on both streams in the order it came. */
export interface CommandResult {
  readonly exitCode: number
  readonly output: string
}

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
      stdio: ['ignore', 'pipe', 'pipe'],
      shell: process.platform === 'win32',
    })
    const pieces: Buffer[] = []
    child.stdout.on('data', (piece: Buffer) => pieces.push(piece))
    child.stderr.on('data', (piece: Buffer) => pieces.push(piece))
    child.on('error', reject)
    child.on('close', (code) =>
      resolve({ exitCode: code ?? 1, output: Buffer.concat(pieces).toString('utf8') }),
    )
  })
}

/** Runs a command that has to succeed. @throws Error with what it printed, where it does not. */
export async function runOrThrow(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<string> {
  const { exitCode, output } = await runCommand(command, args, options)
  if (exitCode === 0) return output
  throw new Error(`\`${command} ${args.join(' ')}\` ended with ${exitCode}:\n${output.trimEnd()}`)
}
