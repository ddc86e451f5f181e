/** The servers of `serving.ts`, each in a process of its own. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Command, Report } from './serving-process.ts'

const basePath = '/api/v1/index'

export type ServerKind = 'cairn' | 'bare' | 'list'
/** What a process holds. */
export type Measure = Extract<Report, { kind: 'measured' }>

/** A server in a process of its own. */
export interface Server {
  readonly url: string
  ask(command: Command): Promise<Report>
  measure(): Promise<Measure>
  stop(): Promise<void>
}

/** Starts a server; that of `list` shows the tasks of a folder. */
export async function startServer(kind: ServerKind, folder = ''): Promise<Server> {
  const child: ChildProcess = fork(
    fileURLToPath(new URL('./serving-process.ts', import.meta.url)),
    [kind, folder],
    { execArgv: [...process.execArgv, '--expose-gc'] },
  )
  const [{ port }] = (await once(child, 'message')) as [Extract<Report, { kind: 'listening' }>]
  const ask = async (command: Command): Promise<Report> => {
    const answer = once(child, 'message')
    child.send(command)
    const [report] = (await answer) as [Report]
    return report
  }
  return {
    url: `http://127.0.0.1:${port}${basePath}`,
    ask,
    async measure() {
      const report = await ask({ kind: 'measure' })
      if (report.kind !== 'measured') throw new Error(`The server told ${report.kind} instead.`)
      return report
    },
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}
