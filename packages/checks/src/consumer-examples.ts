/**
 * The examples as their reader has them: with the packed packages, on the machine's own Node, which may be the
 * lowest that is supported. What each of them holds beyond that it works is tested in `packages/e2e`.
 */
import { cp, glob, readFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { runOrThrow } from './run-command.ts'
import { withProgram } from './with-program.ts'
import { workspaceFolder } from './workspace.ts'

const examples = join(workspaceFolder, 'examples')

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

async function readManifest(folder: string): Promise<Manifest> {
  return JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
}

/** Copies the examples into a program. Returns what they depend on beside our packages. */
export async function copyExamples(app: string): Promise<Record<string, string>> {
  const dependencies: Record<string, string> = {}
  for await (const file of glob('*/*.js', { cwd: examples })) {
    const folder = join(examples, dirname(file))
    await cp(join(examples, file), join(app, 'examples', file))
    for (const name of Object.keys((await readManifest(folder)).dependencies ?? {})) {
      if (name === 'cairn' || name.startsWith('@cairn/')) continue
      dependencies[name] = (await readManifest(join(folder, 'node_modules', name))).version
    }
  }
  return dependencies
}

/** Runs every example that was copied, on the repository `repository` of the program. Returns how many. */
export async function runExamples(app: string, env: NodeJS.ProcessEnv): Promise<number> {
  const printed: Readonly<Record<string, RegExp>> = {
    'custom-embedder': /\d+ chunks embedded by bag-of-words/,
    'custom-store': /their vectors in the store "memory"/,
    'many-repositories': /1 repositories indexed, 0 failed/,
    'openai-compatible': /\d+ chunks embedded by static/,
    'progress-bars': /2 indexed, 0 skipped/,
    quickstart: /src\/retry\.ts:1 retryFailedRequest/,
  }
  const run = async (name: string, ...args: readonly string[]): Promise<void> => {
    const output = await runOrThrow('node', [`examples/${name}/${name}.js`, ...args], {
      cwd: app,
      env,
    })
    if (!printed[name]?.test(output)) throw new Error(`The example ${name} printed:\n${output}`)
  }
  let count = 0
  for await (const folder of glob('examples/*', { cwd: app })) {
    const name = basename(folder)
    const common = { command: 'node', cwd: app, env }
    if (name.startsWith('server-')) {
      const args = [join(folder, 'server.js'), 'repository', '0']
      await withProgram({ ...common, args, isEndless: true }, async (url) => {
        const { status } = await fetch(url)
        if (status !== 200) throw new Error(`The example ${name} answered ${status}.`)
      })
    } else if (name === 'openai-compatible') {
      await withProgram({ ...common, args: ['embeddings.mjs'] }, (url) =>
        run(name, url, 'static', 'repository'),
      )
    } else await run(name, 'repository')
    count += 1
  }
  return count
}
