import { cachedProgram } from './program-cache.ts'
import { runNeededProgram } from './run-program.ts'
import type { StartOptions } from './running-server.ts'

/** A package of the Python package index. */
export interface PythonPackage {
  /** What people call it. */
  readonly title: string
  readonly name: string
  readonly version: string
  /** The oldest Python that it runs on. */
  readonly python: string
  /** What its download is, where it is large. */
  readonly size?: string
  /** @default true */
  readonly hasDependencies?: boolean
}

/**
 * The folder of a Python package with what it needs, for `PYTHONPATH`: fetched once from the Python package
 * index. Throws `ServerUnavailableError` where there is no Python.
 */
export async function fetchPythonPackage(
  { title, name, version, python, size, hasDependencies = true }: PythonPackage,
  { onFetch }: StartOptions = {},
): Promise<string> {
  const remedy = `it needs Python ${python} or newer with pip: install Python from python.org or your system's package manager`
  const folder = await cachedProgram(`${name}-${version}`, async (partial) => {
    onFetch?.(`${title} ${version}${size ? ` (${size})` : ''}`)
    await runNeededProgram(title, remedy, 'python3', [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'],
      ...(hasDependencies ? [] : ['--no-deps']),
      ...['--only-binary', ':all:', '--target', partial, `${name}==${version}`],
    ])
  })
  await runNeededProgram(title, remedy, 'python3', ['--version'])
  return folder
}
