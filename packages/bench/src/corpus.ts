import { execFileSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
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
  {
    name: 'gin-1.11.0',
    extensions: ['.go'],
    fetch: (folder) => {
      run(folder, 'go', ['mod', 'init', 'example.com/bench'])
      const module = 'github.com/gin-gonic/gin@v1.11.0'
      const { Dir: source } = JSON.parse(output(folder, 'go', ['mod', 'download', '-json', module]))
      // The module cache is read-only, and so would be its copy.
      cpSync(source, join(folder, 'gin'), { recursive: true })
      run(folder, 'chmod', ['-R', 'u+w', '.'])
    },
  },
  {
    name: 'tokio-1.48.0',
    extensions: ['.rs'],
    fetch: (folder) => {
      mkdirSync(join(folder, 'src'))
      writeFileSync(join(folder, 'src/lib.rs'), '')
      const manifest =
        '[package]\nname = "bench"\nversion = "0.1.0"\nedition = "2021"\n[dependencies]\ntokio = "=1.48.0"\n'
      writeFileSync(join(folder, 'Cargo.toml'), manifest)
      run(folder, 'cargo', ['vendor', '--quiet', 'all'])
      renameSync(join(folder, 'all/tokio'), join(folder, 'tokio'))
      rmSync(join(folder, 'all'), { recursive: true })
    },
  },
]

/** The files of a corpus, downloaded once and kept in the cache folder. */
export function loadCorpus(corpus: Corpus): CorpusFile[] {
  const folder = fetchCorpus(corpus)
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

/** The folder of a corpus, downloaded once. */
function fetchCorpus(corpus: Corpus): string {
  const folder = join(cacheFolder(), corpus.name)
  if (!existsSync(folder)) {
    const partial = `${folder}.partial`
    rmSync(partial, { recursive: true, force: true })
    mkdirSync(partial, { recursive: true })
    corpus.fetch(partial)
    for (const archive of readdirSync(partial)) {
      if (!/\.(jar|tgz|gz)$/.test(archive)) continue
      if (archive.endsWith('.jar')) run(partial, 'unzip', ['-q', '-o', archive])
      else run(partial, 'tar', ['-xf', archive])
      rmSync(join(partial, archive))
    }
    renameSync(partial, folder)
  }
  return folder
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

function output(folder: string, command: string, parameters: readonly string[]): string {
  return execFileSync(command, parameters, { cwd: folder, encoding: 'utf8' })
}
