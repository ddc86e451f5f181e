/**
 * Installs the example of Next with the packed packages, builds it and starts it, as its reader does. Next
 * is not part of the workspace: pnpm's store keeps it from the first time on.
 */
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type RunningServer, runServer, ServerUnavailableError } from '@cairn/servers'
import { type PackedPackage, withPackedPackages } from './pack-packages.ts'
import { runCommand, runOrThrow } from './run-command.ts'
import { makeSmallRepository } from './small-repository.ts'
import { workspaceFolder } from './workspace.ts'

const example = join(workspaceFolder, 'examples/server-next')

/**
 * Starts the example on a repository named `shop`.
 * @throws ServerUnavailableError where Next is not in the store and may not be fetched
 */
export async function startNextExample(): Promise<RunningServer> {
  const { dependencies } = await readExample()
  return runServer({
    name: 'Next',
    version: dependencies.next ?? '',
    startTimeoutMs: 60_000,
    url: (port) => `http://127.0.0.1:${port}`,
    async command(port, folder) {
      const app = join(folder, 'app')
      const repository = join(folder, 'shop')
      const next = [join(app, 'node_modules/next/dist/bin/next')]
      const env = { NODE_ENV: 'production', NEXT_TELEMETRY_DISABLED: '1', REPOSITORY: repository }
      await makeSmallRepository(repository)
      await install(app)
      await runOrThrow(process.execPath, [...next, 'build'], {
        cwd: app,
        env: { ...process.env, ...env },
      })
      return {
        program: process.execPath,
        args: [...next, 'start', app, '--hostname', '127.0.0.1', '--port', String(port)],
        env,
      }
    },
    async answers({ port }) {
      const { status } = await fetch(`http://127.0.0.1:${port}/`)
      if (status !== 200) throw new Error(`The page is answered ${status}.`)
    },
  })
}

interface ExampleManifest {
  readonly dependencies: Readonly<Record<string, string>>
}

async function readExample(): Promise<ExampleManifest> {
  return JSON.parse(await readFile(join(example, 'package.json'), 'utf8'))
}

/** Copies the example, with what it depends on. */
async function install(app: string): Promise<void> {
  await cp(example, app, {
    recursive: true,
    filter: (path) => !/[\\/](node_modules|\.next)$/.test(path),
  })
  await runOrThrow('pnpm', ['build:code'], { cwd: workspaceFolder })
  await withPackedPackages(async (packages) => {
    const manifest = await readExample()
    const ours = Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`]))
    const dependencies = Object.entries(manifest.dependencies).map(([name, version]) => {
      return [name, ours[name] ?? version]
    })
    await writeFile(
      join(app, 'package.json'),
      JSON.stringify({ ...manifest, dependencies: Object.fromEntries(dependencies) }),
    )
    await writeFile(join(app, 'pnpm-workspace.yaml'), workspaceOf(packages))
    const mayFetch = Boolean(process.env.CI || process.env.CAIRN_NEXT)
    const args = ['install', '--no-frozen-lockfile', mayFetch ? '--prefer-offline' : '--offline']
    const { exitCode, output } = await runCommand('pnpm', args, { cwd: app })
    if (exitCode === 0) return
    if (mayFetch) throw new Error(`The example of Next cannot be installed:\n${output}`)
    const reason = 'Next is not installed (340 MB): CAIRN_NEXT=1 installs it, once.'
    throw new ServerUnavailableError('Next', reason, { cause: new Error(output) })
  })
}

/** Our packages come from their tarballs wherever they are asked for; none of the others runs a script. */
function workspaceOf(packages: readonly PackedPackage[]): string {
  const overrides = Object.fromEntries(
    packages.map(({ name, tarball }) => [name, `file:${tarball}`]),
  )
  // JSON is YAML.
  return JSON.stringify({ overrides, allowBuilds: { 'better-sqlite3': false, sharp: false } })
}
