/** `pnpm demo`: indexes this repository with live progress and asks it two questions. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url))
const workspace = fileURLToPath(new URL('../../../', import.meta.url))
const commands = [
  // The questions stand in this file, which would be the best hit for each.
  ['index', '.', '--exclude', 'packages/cairn/scripts/demo.ts'],
  ['search', 'where are credentials removed from a url', '--limit', '3'],
  ['search', 'what happens when a listener throws', '--limit', '3'],
]

// An interrupt goes to the command too, which ends by itself and says how to go on.
process.on('SIGINT', () => undefined)

for (const command of commands) {
  const typed = command.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ')
  console.log(`\n$ pnpm cairn ${typed}\n`)
  const child = spawn(process.execPath, [...process.execArgv, main, ...command], {
    cwd: workspace,
    // The command names itself in its advice as it was called here.
    env: { ...process.env, npm_lifecycle_event: 'cairn' },
    stdio: 'inherit',
  })
  const [exitCode] = await once(child, 'exit')
  if (exitCode !== 0) {
    process.exitCode = exitCode ?? 1
    break
  }
}
