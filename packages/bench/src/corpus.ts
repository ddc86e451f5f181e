import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join, relative, sep } from 'node:path'

/** Source of a known version from a package registry. */
export interface Corpus {
  readonly name: string
  /** File name endings that belong to it. */
  readonly extensions: readonly string[]
  /** Downloads the archive into a folder by the registry's own client. */
  fetch(folder: string): void
}

/** A file of a corpus, in memory. */
export interface CorpusFile {
  readonly path: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What the parse benchmark runs over. */
export const corpora: readonly Corpus[] = [
  {
    name: 'django-5.2.8',
    extensions: ['.py'],
    fetch: (folder) =>
      run(folder, 'pip', [
        'download',
        '--quiet',
        '--no-binary',
        ':all:',
        '--no-deps',
        'django==5.2.8',
      ]),
  },
  {
    name: 'zod-4.1.12',
    extensions: ['.ts', '.mts', '.cts'],
    fetch: (folder) => run(folder, 'npm', ['pack', '--silent', 'zod@4.1.12']),
  },
  {
    name: 'three-0.180.0',
    extensions: ['.js'],
    fetch: (folder) => run(folder, 'npm', ['pack', '--silent', 'three@0.180.0']),
  },
  {
    name: 'guava-33.5.0',
    extensions: ['.java'],
    fetch: (folder) =>
      run(folder, 'mvn', [
        '--quiet',
        'dependency:copy',
        '-Dartifact=com.google.guava:guava:33.5.0-jre:jar:sources',
        '-DoutputDirectory=.',
      ]),
  },
]

/** The files of a corpus, downloaded once and kept in the cache folder. */
export function loadCorpus(corpus: Corpus): CorpusFile[] {
  const folder = join(cacheFolder(), corpus.name)
  if (!existsSync(folder)) {
    const partial = `${folder}.partial`
    rmSync(partial, { recursive: true, force: true })
    mkdirSync(partial, { recursive: true })
    corpus.fetch(partial)
    for (const archive of readdirSync(partial)) {
      if (archive.endsWith('.jar')) run(partial, 'unzip', ['-q', '-o', archive])
      else run(partial, 'tar', ['-xf', archive])
      rmSync(join(partial, archive))
    }
    renameSync(partial, folder)
  }
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && corpus.extensions.some((ending) => entry.name.endsWith(ending)),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
    .map((path) => ({
      path: relative(folder, path).split(sep).join('/'),
      bytes: new Uint8Array(readFileSync(path)),
    }))
}

/** Where downloads are kept: `CAIRN_BENCH_CACHE`, or a folder in the user's cache. */
export function cacheFolder(): string {
  const chosen = process.env.CAIRN_BENCH_CACHE
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache')
  const folder = chosen ?? join(cache, 'cairn-bench')
  mkdirSync(folder, { recursive: true })
  return folder
}

function run(folder: string, command: string, parameters: readonly string[]): void {
  execFileSync(command, parameters, { cwd: folder, stdio: ['ignore', 'ignore', 'inherit'] })
}
