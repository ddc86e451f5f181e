/**
 * Puts the modules of each worker thread into its one built file, over what the compiler wrote there: a
 * thread that starts reads one file instead of eighty (docs/decisions/0024). Packages from elsewhere stay
 * imports.
 *
 * It reads the sources, so that it may run after any build. It fails where a built worker would import another file of
 * this workspace, or where a module that is bundled finds files by its own place and stands elsewhere than the worker.
 */
import { globSync } from 'node:fs'
import { dirname, isAbsolute, join } from 'node:path'
import { rolldown } from 'rolldown'
import { workerProblems } from './packed-files.ts'
import { dependenciesOf, publishedPackages } from './workspace.ts'

const entries = publishedPackages().flatMap(({ folder }) =>
  globSync('src/**/*.worker.ts', { cwd: folder }).map((path) => ({ folder, path })),
)
for (const { folder, path } of entries) await bundle(folder, path)

async function bundle(folder: string, path: string): Promise<void> {
  const input = join(folder, path)
  const output = path.replace(/^src/, 'dist').replace(/\.ts$/, '.js')
  const build = await rolldown({
    input,
    platform: 'node',
    // Asked again with the path that an import has led to, which on Windows begins with a letter.
    external: (id) => !isAbsolute(id) && /^[@\w]/.test(id) && !id.startsWith('@cairn/'),
    resolve: { conditionNames: ['@cairn/source', 'node', 'import'] },
    plugins: [
      {
        name: 'keep-what-is-found-beside',
        transform(code, id) {
          // What the bundler adds of its own has no path.
          if (!isAbsolute(id)) return
          if (dirname(id) === dirname(input)) return
          // In its package, a module finds the same packages as the worker, and not the same files.
          const harmless = id.startsWith(join(folder, 'src'))
            ? /import\.meta\.url\.endsWith|createRequire\(import\.meta\.url\)/g
            : /import\.meta\.url\.endsWith/g
          if (!code.replaceAll(harmless, '').includes('import.meta')) return
          this.error(
            `${id} looks for something by where it stands, which is not where ${output} is.`,
          )
        },
      },
    ],
  })
  const written = await build.write({
    file: join(folder, output),
    format: 'esm',
    sourcemap: true,
    codeSplitting: false,
  })
  await build.close()
  const problems = written.output.flatMap((file) =>
    file.type === 'chunk' ? workerProblems(output, file.code, dependenciesOf(folder)) : [],
  )
  if (problems.length > 0) throw new Error(problems.join('\n'))
}
