import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort, isFreePort } from './free-port.ts'
import type { RunningServer } from './running-server.ts'
import { ServerUnavailableError } from './server-unavailable-error.ts'
import { type SupervisedProcess, superviseProcess } from './supervised-process.ts'

/** Where one start of a server is: what its probe looks at. */
export interface ServerProbe {
  readonly port: number
  readonly pid: number
  /** All that the server has written since this start. */
  readonly output: string
}

/** How a server is started, and how one knows that it answers. */
export interface ServerProgram {
  readonly name: string
  readonly version: string
  readonly startTimeoutMs: number
  /** The command that serves `folder` on `port`, in the foreground. May write files into the folder. */
  command(
    port: number,
    folder: string,
  ): Promise<{
    readonly program: string
    readonly args: readonly string[]
    readonly env?: Readonly<Record<string, string>>
  }>
  url(port: number): string
  /** Rejects until this very server, and no other, answers in its own protocol. */
  answers(probe: ServerProbe): Promise<void>
}

const pauseMs = 50
const outputTailLines = 20

/** Starts a server on a free port in a temporary folder; resolves when it answers. */
export async function runServer(program: ServerProgram): Promise<RunningServer> {
  if (process.platform === 'win32') {
    throw new ServerUnavailableError(program.name, 'not on Windows; compose.yaml starts it.', {
      isOfPlatform: true,
    })
  }
  const folder = await mkdtemp(join(tmpdir(), `cairn-${program.name.toLowerCase()}-`))
  const outputFile = join(folder, 'output.log')
  const deleteFolder = () => rm(folder, { recursive: true, force: true, maxRetries: 5 })

  const start = async (port: number): Promise<SupervisedProcess> => {
    const command = await program.command(port, folder)
    const running = await superviseProcess({ env: {}, ...command, folder, outputFile })
    await untilItAnswers(program, running, port, outputFile)
    return running
  }

  let port = await freePort()
  let running: SupervisedProcess
  try {
    running = await start(port).catch(async (error: unknown) => {
      // Between the choice of the port and the start, another program may have taken it.
      if (await isFreePort(port)) throw error
      port = await freePort()
      return start(port)
    })
  } catch (error) {
    await deleteFolder()
    throw error
  }
  return {
    name: program.name,
    url: program.url(port),
    version: program.version,
    kill: () => running.kill(),
    async restart() {
      await running.kill()
      running = await start(port)
    },
    async stop() {
      await running.kill()
      await deleteFolder()
    },
  }
}

async function untilItAnswers(
  program: ServerProgram,
  running: SupervisedProcess,
  port: number,
  outputFile: string,
): Promise<void> {
  const { name, version, startTimeoutMs } = program
  const deadline = Date.now() + startTimeoutMs
  for (;;) {
    const output = await readFile(outputFile, 'utf8')
    const failure = await program.answers({ port, pid: running.pid, output }).then(
      () => null,
      (error: unknown) => ({ error }),
    )
    const isLate = Date.now() > deadline
    if (running.howItEnded === undefined && failure === null) return
    if (running.howItEnded !== undefined || isLate) {
      const what = running.howItEnded ?? `no answer within ${startTimeoutMs} ms`
      await running.kill()
      const tail = (await readFile(outputFile, 'utf8')).trim().split('\n').slice(-outputTailLines)
      throw new Error(`${name} ${version} did not start: ${what}.\n${tail.join('\n')}`, {
        cause: failure?.error,
      })
    }
    await pause(pauseMs)
  }
}
