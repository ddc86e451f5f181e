import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Corpus, cacheFolder, loadCorpus } from './corpus.ts'

/** The files of a corpus as a Git repository with one commit, made once; its path. */
export function repositoryOf(corpus: Corpus): string {
  return makeRepository(corpus.name, () => loadCorpus(corpus))
}

/** The files of a corpus so many times over, each copy in a folder of its own and with text of its own. */
export function multipliedRepository(corpus: Corpus, copies: number): string {
  return makeRepository(`${corpus.name}-times-${copies}`, () => {
    const files = loadCorpus(corpus)
    return Array.from({ length: copies }, (_, copy) =>
      files.map(({ path, bytes }) => ({
        path: `copy${copy}/${path}`,
        bytes: Buffer.concat([Buffer.from(`# copy ${copy}\n`), bytes]),
      })),
    ).flat()
  })
}

function makeRepository(
  name: string,
  files: () => readonly { readonly path: string; readonly bytes: Uint8Array }[],
): string {
  const folder = join(cacheFolder(), 'repositories', name)
  if (existsSync(folder)) return folder
  const partial = `${folder}.partial`
  rmSync(partial, { recursive: true, force: true })
  for (const { path, bytes } of files()) {
    const target = join(partial, path)
    mkdirSync(dirname(target), { recursive: true })
    writeFileSync(target, bytes)
  }
  const identity = [
    '-c',
    'user.name=Bench',
    '-c',
    'user.email=bench@example.com',
    '-c',
    'commit.gpgsign=false',
  ]
  for (const command of [
    ['init', '--quiet'],
    ['add', '--all', '--force'],
    ['commit', '--quiet', '-m', name],
  ]) {
    execFileSync('git', [...identity, ...command], {
      cwd: partial,
      stdio: ['ignore', 'ignore', 'inherit'],
    })
  }
  renameSync(partial, folder)
  return folder
}
