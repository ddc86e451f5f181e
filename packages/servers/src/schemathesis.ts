import { fetchPythonPackage } from './python-package.ts'
import { type ProgramOutput, runProgram } from './run-program.ts'
import type { StartOptions } from './running-server.ts'

const main = 'from schemathesis.cli import schemathesis; schemathesis()'

/**
 * Schemathesis, which calls a server by its OpenAPI document, fetched once from the Python package index.
 * Throws `ServerUnavailableError` where there is no Python.
 */
export async function fetchSchemathesis(
  options: StartOptions = {},
): Promise<(args: readonly string[], folder: string) => Promise<ProgramOutput>> {
  const library = await fetchPythonPackage(
    { title: 'Schemathesis', name: 'schemathesis', version: '4.32.5', python: '3.10' },
    options,
  )
  return (args, folder) =>
    runProgram('python3', ['-c', main, ...args], { cwd: folder, env: { PYTHONPATH: library } })
}
