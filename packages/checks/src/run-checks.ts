/**
 * Runs every `check:…` script of the workspace's package.json, or those named as arguments, each to
 * its end, and says which failed.
 */
import { runCommand } from './run-command.ts'
import { readManifest, workspaceFolder } from './workspace.ts'

const prefix = 'check:'
// Compiles SQLite where Node has none that is good enough, so it is asked for by name.
const onlyByName = ['consumer']

const known = Object.keys(readManifest(workspaceFolder).scripts ?? {})
  .filter((script) => script.startsWith(prefix))
  .map((script) => script.slice(prefix.length))
const named = process.argv.slice(2)
const unknown = named.filter((name) => !known.includes(name))
const chosen = named.length > 0 ? named : known.filter((name) => !onlyByName.includes(name))

if (unknown.length > 0) {
  console.error(`There is no check named ${unknown.join(', ')}. The checks: ${known.join(', ')}.`)
  process.exitCode = 2
} else {
  const failed: string[] = []
  for (const name of chosen) {
    const startedAt = performance.now()
    const { exitCode, output } = await runCommand('pnpm', ['--silent', 'run', prefix + name], {
      cwd: workspaceFolder,
    })
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
    if (exitCode === 0) {
      console.log(`✓ ${name}  ${seconds} s`)
    } else {
      failed.push(name)
      console.log(`✗ ${name}  ${seconds} s\n${output.trimEnd()}\n`)
    }
  }
  if (failed.length > 0) {
    const commands = failed.map((name) => `pnpm ${prefix}${name}`).join(', ')
    console.log(`${failed.length} of ${chosen.length} checks failed. Again alone: ${commands}`)
    process.exitCode = 1
  } else {
    console.log(`All ${chosen.length} checks passed.`)
  }
}
