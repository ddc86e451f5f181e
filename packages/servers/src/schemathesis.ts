import { cachedProgram } from './program-cache.ts'
import { type ProgramOutput, runNeededProgram, runProgram } from './run-program.ts'
import type { StartOptions } from './running-server.ts'

const version = '4.32.5'
const remedy = `it needs Python 3.10 or newer with pip: install Python from python.org or your system's package manager`
const main = 'from schemathesis.cli import schemathesis; schemathesis()'

/**
 * Schemathesis, which calls a server by its OpenAPI document, fetched once from the Python package index.
 * Throws `ServerUnavailableError` where there is no Python.
 */
export async function fetchSchemathesis({
  onFetch,
}: StartOptions = {}): Promise<
  (args: readonly string[], folder: string) => Promise<ProgramOutput>
> {
  const library = await cachedProgram(`schemathesis-${version}`, async (folder) => {
    onFetch?.(`Schemathesis ${version}`)
    await runNeededProgram('Schemathesis', remedy, 'python3', [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'],
      ...['--only-binary', ':all:', '--target', folder, `schemathesis==${version}`],
    ])
  })
  await runNeededProgram('Schemathesis', remedy, 'python3', ['--version'])
  return (args, folder) =>
    runProgram('python3', ['-c', main, ...args], { cwd: folder, env: { PYTHONPATH: library } })
}
