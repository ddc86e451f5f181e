import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SupervisedCommand, SupervisorMessage } from './supervision.ts'

/** A process that dies with this one. */
export interface SupervisedProcess {
  readonly pid: number
  /** How it ended; undefined while it runs. */
  readonly howItEnded: string | undefined
  /** Kills its process group; resolves when it is gone. */
  kill(): Promise<void>
}

/** Starts a process that dies with this one, however this one ends. */
export async function superviseProcess(command: SupervisedCommand): Promise<SupervisedProcess> {
  const supervisor = fork(
    fileURLToPath(new URL('./supervisor.ts', import.meta.url)),
    [JSON.stringify(command)],
    {
      // Ctrl-C reaches the starter alone.
      detached: true,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  )
  let howItEnded: string | undefined
  const ended = new Promise<void>((resolve) => {
    supervisor.on('message', (message: SupervisorMessage) => {
      if (message.kind !== 'ended') return
      howItEnded = message.how
      resolve()
    })
    supervisor.once('exit', (code, signal) => {
      howItEnded ??= `its supervisor ended with ${signal ?? code}`
      resolve()
    })
  })
  const pid = await new Promise<number>((resolve, reject) => {
    const fail = (reason: string) => reject(new Error(`${command.program}: ${reason}`))
    supervisor.on('message', (message: SupervisorMessage) => {
      if (message.kind === 'started') resolve(message.pid)
      if (message.kind === 'not-started') fail(message.reason)
    })
    supervisor.once('error', reject)
    supervisor.once('exit', () => fail('its supervisor ended'))
  })
  // A starter that forgets to stop its server can end all the same, and takes the server with it.
  supervisor.unref()
  supervisor.channel?.unref()
  return {
    pid,
    get howItEnded() {
      return howItEnded
    },
    async kill() {
      if (howItEnded === undefined) {
        supervisor.ref()
        supervisor.channel?.ref()
        killGroup(pid)
      }
      await ended
    },
  }
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // It ended by itself, and the supervisor has not said so yet.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
