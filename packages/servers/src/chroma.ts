import { fetchPythonPackage } from './python-package.ts'
import { runServer } from './run-server.ts'
import type { RunningServer, StartOptions } from './running-server.ts'

const version = '1.5.9'
// The server is one native module of the Python package, which needs none of the package's dependencies.
const main = 'import sys, chromadb_rust_bindings; chromadb_rust_bindings.cli(sys.argv)'

/**
 * Starts a Chroma server, fetched once from the Python package index. Throws `ServerUnavailableError`
 * where there is no Python.
 */
export async function startChroma(options: StartOptions = {}): Promise<RunningServer> {
  const library = await fetchPythonPackage(
    {
      title: 'Chroma',
      name: 'chromadb',
      version,
      python: '3.9',
      size: '65 MB',
      hasDependencies: false,
    },
    options,
  )
  return runServer({
    name: 'Chroma',
    version,
    startTimeoutMs: 60_000,
    url: (port) => `http://127.0.0.1:${port}`,
    command: async (port, folder) => ({
      program: 'python3',
      args: [
        ...['-c', main, 'run', '--host', '127.0.0.1'],
        ...['--port', String(port), '--path', `${folder}/data`],
      ],
      env: { PYTHONPATH: library, ANONYMIZED_TELEMETRY: 'False' },
    }),
    async answers({ port, output }) {
      // What it writes tells it from another Chroma on the same port.
      if (!output.includes('listening on address')) throw new Error('It does not listen yet.')
      const response = await fetch(`http://127.0.0.1:${port}/api/v2/heartbeat`, {
        signal: AbortSignal.timeout(2_000),
      })
      const heartbeat = await response.text()
      if (!heartbeat.includes('nanosecond heartbeat')) throw new Error('It is not a Chroma server.')
    },
  })
}
