/** Checks that no tracked text names a package registry's host or a path of somebody's machine. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { machineTraces } from './machine-traces.ts'
import { runOrThrow } from './run-command.ts'
import { workspaceFolder } from './workspace.ts'

// A checkout directly under the root may have a name that is an ordinary word.
const folders = [workspaceFolder.replace(/[/\\]$/, '')].filter(
  (folder) => folder.split(/[/\\]/).length > 2,
)

const listed = await runOrThrow('git', ['ls-files', '-z'], { cwd: workspaceFolder })
const paths = listed.split('\0').filter((path) => path !== '')
for (const path of paths) {
  if (!existsSync(join(workspaceFolder, path))) continue
  const content = readFileSync(join(workspaceFolder, path))
  if (content.includes(0)) continue
  for (const { line, text } of machineTraces(content.toString('utf8'), folders)) {
    console.log(`${path}:${line} names a registry or a machine: ${text}`)
    process.exitCode = 1
  }
}
console.log(`${paths.length} files looked at`)
