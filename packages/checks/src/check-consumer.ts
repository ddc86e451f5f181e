/**
 * Installs the packed packages into an empty program, on the machine's own Node and npm, and uses
 * them from there: as the examples do, by `import`, by `require`, by the command, and through their types.
 */
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { copyExamples, runExamples } from './consumer-examples.ts'
import { installRuntimes } from './javascript-runtimes.ts'
import { findMachineNode } from './machine-node.ts'
import { withPackedPackages } from './pack-packages.ts'
import { runOrThrow } from './run-command.ts'
import { makeSmallRepository } from './small-repository.ts'
import { withProgram } from './with-program.ts'

const templates = join(import.meta.dirname, '../consumer')
const machine = await findMachineNode()

await withPackedPackages(async (packages) => {
  const app = await mkdtemp(join(tmpdir(), 'cairn-consumer-'))
  const inApp = (command: string, ...args: readonly string[]): Promise<string> =>
    runOrThrow(command, args, { cwd: app, env: machine.env })
  const cairn = join(app, 'node_modules/.bin/cairn')
  try {
    await cp(templates, app, { recursive: true })
    const ofExamples = await copyExamples(app)
    await makeSmallRepository(join(app, 'repository'))
    const dependencies = {
      ...ofExamples,
      ...Object.fromEntries(packages.map(({ name, tarball }) => [name, `file:${tarball}`])),
      // The last line of it that runs on Node 20.
      ...(machine.hasSqlite ? {} : { 'better-sqlite3': '12' }),
      '@types/node': '^20.19.0',
    }
    await writeFile(
      join(app, 'package.json'),
      JSON.stringify({ private: true, type: 'module', dependencies }),
    )
    await runOrThrow('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], {
      cwd: app,
      env: machine.installEnv,
    })
    await runOrThrow('pnpm', ['exec', 'tsc', '-p', app], { cwd: import.meta.dirname })
    await inApp('node', 'import.mjs')
    await inApp('node', 'require.cjs')
    await inApp(cairn, 'index', 'repository')
    const answer = JSON.parse(await inApp(cairn, 'search', 'retry', '--json'))
    if (answer.hits[0]?.path !== 'src/retry.ts') throw new Error('The command found nothing.')
    const count = await runExamples(app, machine.env)
    const sqlite = machine.hasSqlite ? 'node:sqlite' : 'better-sqlite3'
    console.log(`works on Node ${machine.version} with ${sqlite}, and so do ${count} examples`)

    const folder = await mkdtemp(join(tmpdir(), 'cairn-runtimes-'))
    try {
      const common = { cwd: app, env: machine.env }
      const runtimes = await installRuntimes(folder)
      for (const { name, command, args } of runtimes) {
        const backend = { command: 'node', args: ['serve.mjs', `data-${name.replace(' ', '-')}`] }
        await withProgram({ ...common, ...backend }, (url) =>
          inApp(command, ...args, 'watch.mjs', url),
        )
        console.log(`the client works on ${name}`)
      }
      // The SQLite of Deno loads no extension.
      const install = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']
      await inApp('npm', ...install, 'better-sqlite3@13')
      for (const { name, command, args, backend } of runtimes) {
        if (backend === undefined) continue
        await withProgram({ ...common, command, args: backend.args }, (url) =>
          inApp(command, ...args, backend.reader, url),
        )
        console.log(`the status server works on ${name}`)
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  } finally {
    await rm(app, { recursive: true, force: true })
  }
})
