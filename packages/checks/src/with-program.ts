import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

/** A program that goes on until its input ends, or until it is told to end. */
export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: NodeJS.ProcessEnv
  /** One that would never end by itself is killed; any other has to end well when its input ends. */
  readonly isEndless?: boolean
}

/** Runs a program while `use` does, which gets the first line that it prints: an address. */
export async function withProgram(
  { command, args, cwd, env, isEndless = false }: Program,
  use: (line: string) => Promise<unknown>,
): Promise<void> {
  const program = spawn(command, args, { cwd, env, stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(program, 'close')
  try {
    const [line] = await Promise.race([
      once(createInterface(program.stdout), 'line'),
      ended.then(([code]) => {
        throw new Error(`${command} ${args.join(' ')} ended with ${code}.`)
      }),
    ])
    await use(line)
  } finally {
    if (isEndless) program.kill()
    else program.stdin.end()
  }
  const [code] = await ended
  if (code === 0 || isEndless) return
  throw new Error(`${command} ${args.join(' ')} ended with ${code}.`)
}
