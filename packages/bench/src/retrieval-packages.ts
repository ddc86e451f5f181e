import { execFile } from 'node:child_process'
import { access, mkdtemp, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { cacheFolder } from './corpus.ts'

const run = promisify(execFile)

/** A package of a known version, and which of its folders hold source rather than a build. */
export interface CorpusPackage {
  readonly registry: 'pypi' | 'npm'
  readonly name: string
  readonly version: string
  /** Folders of the unpacked package that are read, relative to its root. */
  readonly folders: readonly string[]
}

/** Weights are chosen on `tuning` and reported on `test`; no package is in both. */
export type Split = 'tuning' | 'test'

/** The languages of the benchmark. */
export type CorpusLanguage = 'Python' | 'TypeScript/JavaScript'

const python = (name: string, version: string, folder: string): CorpusPackage => ({
  registry: 'pypi',
  name,
  version,
  folders: [folder],
})

const npm = (name: string, version: string, ...folders: string[]): CorpusPackage => ({
  registry: 'npm',
  name,
  version,
  folders: folders.map((folder) => join('package', folder)),
})

/** The packages that functions are taken from, by split and language. */
export const corpora: Record<Split, Record<CorpusLanguage, readonly CorpusPackage[]>> = {
  tuning: {
    Python: [
      python('SQLAlchemy', '2.0.44', 'sqlalchemy'),
      python('networkx', '3.6', 'networkx'),
      python('dask', '2025.11.0', 'dask'),
    ],
    'TypeScript/JavaScript': [
      npm('three', '0.180.0', 'src', 'examples/jsm'),
      npm('rxjs', '7.8.2', 'src'),
      npm('mongoose', '8.20.0', 'lib'),
    ],
  },
  test: {
    Python: [
      python('Django', '5.2.9', 'django'),
      python('Scrapy', '2.13.4', 'scrapy'),
      python('celery', '5.6.0', 'celery'),
      python('nltk', '3.9.2', 'nltk'),
      python('Twisted', '25.5.0', 'twisted'),
    ],
    'TypeScript/JavaScript': [
      npm('effect', '3.19.0', 'src'),
      npm('ol', '10.7.0', '.'),
      npm('svelte', '5.45.0', 'src'),
      npm('undici', '7.16.0', 'lib'),
    ],
  },
}

/** Fetches and unpacks a package unless the cache has it; resolves to its folder. */
export async function fetchPackage(entry: CorpusPackage): Promise<string> {
  const cache = cacheFolder()
  const target = join(cache, `${entry.registry}-${entry.name}-${entry.version}`)
  if (await exists(target)) return target
  const work = await mkdtemp(join(cache, 'fetching-'))
  try {
    if (entry.registry === 'npm') await fetchFromNpm(entry, work)
    else await fetchFromPypi(entry, work)
    await rename(work, target)
  } catch (error) {
    await rm(work, { recursive: true, force: true })
    throw error
  }
  return target
}

async function fetchFromNpm(entry: CorpusPackage, work: string): Promise<void> {
  await run('npm', ['pack', '--silent', `${entry.name}@${entry.version}`], { cwd: work })
  const archive = await onlyFile(work, '.tgz')
  await run('tar', ['-xzf', archive], { cwd: work })
  await rm(join(work, archive))
}

// A wheel for any platform holds the same Python files everywhere and needs no build.
async function fetchFromPypi(entry: CorpusPackage, work: string): Promise<void> {
  const where = ['--platform', 'any', '--implementation', 'py', '--abi', 'none']
  const which = ['--no-deps', '--only-binary=:all:', '--python-version', '3.12']
  const what = `${entry.name}==${entry.version}`
  await run('python3', ['-m', 'pip', 'download', '-q', ...which, ...where, '-d', '.', what], {
    cwd: work,
  })
  const archive = await onlyFile(work, '.whl')
  await run('python3', ['-m', 'zipfile', '-e', archive, '.'], { cwd: work })
  await rm(join(work, archive))
}

async function onlyFile(folder: string, ending: string): Promise<string> {
  const name = (await readdir(folder)).find((each) => each.endsWith(ending))
  if (name === undefined) throw new Error(`The client left no ${ending} file in ${folder}.`)
  return name
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
