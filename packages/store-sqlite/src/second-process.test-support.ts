import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { onTestFinished } from 'vitest'
import type { SqliteOptions } from './options.ts'

/** Another process that works on a store as it is told, one call of `sqlite` after the other. */
export interface SecondProcess {
  readonly pid: number
  /** Runs the body of an async function with `storage`; resolves to what it returns, or `{ code, message }` of its error. */
  run(body: string): Promise<unknown>
  /** Ends it without any warning. */
  kill(): Promise<void>
}

const program = `
import { createInterface } from 'node:readline'
const { sqlite } = await import(process.argv[1])
const storage = sqlite(JSON.parse(process.argv[2]))
for await (const line of createInterface({ input: process.stdin })) {
  const body = JSON.parse(line)
  const work = new (async () => {}).constructor('storage', body)
  const answer = await work(storage).catch(({ code, message }) => ({ code, message }))
  process.stdout.write(JSON.stringify(answer ?? null) + '\\n')
}
await storage.close()
`

/** Starts a process with a store; `uid` is the user it runs as, where this process may choose. */
export async function secondProcess(
  options: SqliteOptions,
  { uid, env = {} }: { readonly uid?: number | undefined; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<SecondProcess> {
  const child = spawn(
    process.execPath,
    [
      '--conditions=@cairn/source',
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      program,
      new URL('./index.ts', import.meta.url).href,
      JSON.stringify(options),
    ],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
      ...(uid === undefined ? {} : { uid }),
    },
  )
  const ended = once(child, 'close')
  const kill = async (): Promise<void> => {
    // Of a process that never started there is no id, and a signal to none goes to this one's group.
    if (child.pid === undefined) return
    child.kill('SIGKILL')
    await ended
  }
  onTestFinished(kill)
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    pid: pidOf(child),
    async run(body) {
      child.stdin.write(`${JSON.stringify(body)}\n`)
      const { value, done } = await lines.next()
      if (done) throw new Error('The second process ended.')
      return JSON.parse(value)
    },
    kill,
  }
}

function pidOf({ pid }: ChildProcess): number {
  if (pid === undefined) throw new Error('The second process did not start.')
  return pid
}
