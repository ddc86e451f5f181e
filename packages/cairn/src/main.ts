#!/usr/bin/env node
import { exitCodes } from './exit-codes.ts'
import { watchInterrupts } from './interrupt.ts'
import { runCommand } from './run-command.ts'

// `cairn search … | head` closes the pipe early; nobody reads what is still to come, and that is fine.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

const interrupt = watchInterrupts(() => process.exit(exitCodes.cancelled))
process.exitCode = await runCommand(process.argv.slice(2), {
  interrupt,
  environment: process.env,
  stdout: process.stdout,
  stderr: process.stderr,
})
