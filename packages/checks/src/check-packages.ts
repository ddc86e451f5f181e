/** Checks the published packages as they would be uploaded: their files, publint, and their types. */
import { withPackedPackages } from './pack-packages.ts'
import { packedFileProblems } from './packed-files.ts'
import { runCommand, runOrThrow } from './run-command.ts'

const cwd = import.meta.dirname

async function filesIn(tarball: string): Promise<readonly string[]> {
  const listing = await runOrThrow('tar', ['-tzf', tarball], { cwd })
  return listing
    .split('\n')
    .filter((path) => path !== '')
    .map((path) => path.replace(/^package\//, ''))
}

await withPackedPackages(async (packages) => {
  let problems = 0
  for (const { name, tarball } of packages) {
    const commands = [
      ['publint', 'run', tarball, '--strict'],
      ['attw', tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji'],
    ]
    const results = await Promise.all(
      commands.map((command) => runCommand('pnpm', ['exec', ...command], { cwd })),
    )
    const messages = [
      ...packedFileProblems(await filesIn(tarball)),
      ...results.filter(({ exitCode }) => exitCode !== 0).map(({ output }) => output.trim()),
    ]
    problems += messages.length
    console.log(messages.length === 0 ? `${name}: good` : `${name}:\n${messages.join('\n')}`)
  }
  if (problems > 0) process.exitCode = 1
})
