/** Checks the published packages as they would be uploaded: their files, publint, and their types. */
import { type PackedPackage, withPackedPackages } from './pack-packages.ts'
import { packedFileProblems, workerProblems } from './packed-files.ts'
import { runCommand, runOrThrow } from './run-command.ts'
import { dependenciesOf } from './workspace.ts'

const cwd = import.meta.dirname

async function filesIn(tarball: string): Promise<readonly string[]> {
  const listing = await runOrThrow('tar', ['-tzf', tarball], { cwd })
  return listing
    .split('\n')
    .filter((path) => path !== '')
    .map((path) => path.replace(/^package\//, ''))
}

async function workersIn(
  { tarball, folder }: PackedPackage,
  paths: readonly string[],
): Promise<readonly string[]> {
  const workers = paths.filter((path) => path.endsWith('.worker.js'))
  const problems = workers.map(async (path) =>
    workerProblems(
      path,
      await runOrThrow('tar', ['-xzOf', tarball, `package/${path}`], { cwd }),
      dependenciesOf(folder),
    ),
  )
  return (await Promise.all(problems)).flat()
}

await withPackedPackages(async (packages) => {
  let problems = 0
  for (const packed of packages) {
    const { name, tarball } = packed
    const commands = [
      ['publint', 'run', tarball, '--strict'],
      ['attw', tarball, '--profile', 'esm-only', '--format', 'ascii', '--no-emoji'],
    ]
    const results = await Promise.all(
      commands.map((command) => runCommand('pnpm', ['exec', ...command], { cwd })),
    )
    const paths = await filesIn(tarball)
    const messages = [
      ...packedFileProblems(paths),
      ...(await workersIn(packed, paths)),
      ...results.filter(({ exitCode }) => exitCode !== 0).map(({ output }) => output.trim()),
    ]
    problems += messages.length
    console.log(messages.length === 0 ? `${name}: good` : `${name}:\n${messages.join('\n')}`)
  }
  if (problems > 0) process.exitCode = 1
})
