/**
 * A process between a server and who started it. Its channel to the starter closes however the starter
 * ends; it then kills the server's process group and deletes its folder. Started by
 * `supervised-process.ts`.
 */
import { spawn } from 'node:child_process'
import { openSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import type { SupervisedCommand, SupervisorMessage } from './supervision.ts'

const command: SupervisedCommand = JSON.parse(process.argv[2] ?? '')
const tell = (message: SupervisorMessage): void => {
  // The starter may be gone: then `disconnect` says so.
  if (process.connected) process.send?.(message)
}

const output = openSync(command.outputFile, 'w')
const server = spawn(command.program, command.args, {
  cwd: command.folder,
  env: { ...process.env, ...command.env },
  // A process group of its own, which can be killed whole.
  detached: true,
  stdio: ['ignore', output, output],
})
let isRunning = true
let isAbandoned = false

const deleteFolder = async (): Promise<void> => {
  await rm(command.folder, { recursive: true, force: true, maxRetries: 5 })
}

server.once('spawn', () => tell({ kind: 'started', pid: server.pid ?? 0 }))
server.once('error', (error) => {
  isRunning = false
  tell({ kind: 'not-started', reason: error.message })
  process.disconnect?.()
})
server.once('exit', async (code, signal) => {
  isRunning = false
  if (isAbandoned) return deleteFolder()
  tell({ kind: 'ended', how: signal ? `signal ${signal}` : `exit code ${code}` })
  process.disconnect?.()
})
process.once('disconnect', () => {
  if (!isRunning || server.pid === undefined) return
  isAbandoned = true
  process.kill(-server.pid, 'SIGKILL')
})
