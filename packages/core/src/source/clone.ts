/**
 * Keeps a bare clone of each remote repository and brings it up to date. A bare clone has no working
 * tree, so that nothing of the repository (filters, links, hooks) ever acts on this machine.
 */
import { createHash, randomUUID } from 'node:crypto'
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { CancelledError, SourceError } from '../errors.ts'
import type { Credentials, RemoteSource } from '../options.ts'
import { type CloneProgress, cloneProgress } from './clone-progress.ts'
import { runGit } from './git-process.ts'
import { isGitDirectory, type LocalRepository, resolveCommit } from './local-repository.ts'
import { repositoryNameOf } from './parse-source.ts'
import { type RemoteGit, remoteGit } from './remote-git.ts'
import { parseRemoteUrl, type RemoteUrl } from './source-url.ts'

/** A remote repository's tree, fetched. */
export interface Clone {
  readonly repository: LocalRepository
  /** The branch, tag or commit; the default branch's name where none was asked. */
  readonly ref: string
  readonly commit: string
}

/** Options of {@link fetchClone}. */
export interface CloneOptions {
  readonly cloneDirectory: string
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: CloneProgress) => void) | undefined
  /** How long a remote may say nothing. @default 120_000 */
  readonly silenceMs?: number | undefined
}

const attempts = 3
const trackingRef = 'refs/cairn/tree'

/** What the remote calls the wanted tree. */
interface RemoteRef {
  readonly name: string
  /** What to fetch: a full ref name or a commit id. */
  readonly fetched: string
  /** Where the remote has it now; null where only fetching will tell. */
  readonly objectId: string | null
}

/** The folder of a remote's clone: readable, and different for every URL. */
export function cloneFolder(cloneDirectory: string, remote: RemoteUrl): string {
  const name = repositoryNameOf({ url: remote.url })
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 60)
  const key = createHash('sha256').update(remote.url).digest('hex').slice(0, 16)
  return join(cloneDirectory, `${name.replace(/^\.+/, '_')}-${key}.git`)
}

function isBranchOrTagName(ref: string): boolean {
  // git-check-ref-format(1); a refspec's own characters are among them.
  return !/[\s:*?[\\^~]|\.\.|@\{|^[+/]|\/$|\.$|\.lock$|\/\//.test(ref)
}

async function findRemoteRef(
  git: RemoteGit,
  url: string,
  folder: string,
  ref?: string,
): Promise<RemoteRef> {
  if (ref !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)) {
    return { name: ref, fetched: ref, objectId: ref }
  }
  const missing = (why: string): SourceError =>
    new SourceError(
      'REF_NOT_FOUND',
      `${url.replace(/[?#].*$/, '')} has no branch or tag "${ref}"${why}.`,
    )
  if (ref !== undefined && !isBranchOrTagName(ref)) throw missing(' (it is not the name of one)')
  const full = ref?.startsWith('refs/') === true ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`]
  const wanted = ref === undefined || ref === 'HEAD' ? ['HEAD'] : full
  const patterns = wanted[0] === 'HEAD' ? wanted : ['HEAD', ...wanted]
  const text = await git.run(folder, ['ls-remote', '--symref', '--', url, ...patterns])
  const ids = new Map<string, string>()
  let defaultBranch: string | null = null
  for (const line of text.split('\n')) {
    const [value = '', name = ''] = line.split('\t')
    if (value.startsWith('ref: ') && name === 'HEAD') {
      defaultBranch = value.slice('ref: refs/heads/'.length)
    } else if (name !== '') ids.set(name, value)
  }
  for (const name of wanted) {
    const objectId = ids.get(name)
    if (objectId === undefined) continue
    const isDefault = name === 'HEAD' && defaultBranch !== null
    return {
      name: isDefault ? (defaultBranch ?? 'HEAD') : (ref ?? 'HEAD'),
      fetched: isDefault ? `refs/heads/${defaultBranch}` : name,
      objectId,
    }
  }
  if (ids.size === 0) {
    throw new SourceError(
      'EMPTY_REPOSITORY',
      `${url.replace(/[?#].*$/, '')} has no commit yet, or none on its default branch.`,
    )
  }
  throw missing(
    ref !== undefined && /^[0-9a-f]{4,39}$/.test(ref) ? '; a commit needs its full id' : '',
  )
}

async function hasFile(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  )
}

/** Fetches `ref` into `folder` and returns the commit it stands for. */
async function fetchInto(
  git: RemoteGit,
  folder: string,
  source: RemoteSource,
  remote: RemoteUrl,
  ref: RemoteRef,
  options: CloneOptions,
): Promise<string> {
  const repository: LocalRepository = { gitDirectory: folder, workTree: null, subfolder: '' }
  const depth = source.depth ?? 1
  const isShallow = await hasFile(join(folder, 'shallow'))
  // The largest depth is git's own spelling of "all of it" for a clone that is shallow.
  const depthArguments =
    depth !== 'full' ? [`--depth=${depth}`] : isShallow ? ['--depth=2147483647'] : []
  const report = options.onProgress === undefined ? undefined : cloneProgress(options.onProgress)
  const here = await resolveCommit(repository, trackingRef, options.signal)
  const isCurrent = here !== null && here === ref.objectId && depth === 1
  if (!isCurrent) {
    await git.run(
      folder,
      [
        'fetch',
        '--progress',
        '--no-tags',
        '--no-write-fetch-head',
        ...depthArguments,
        '--',
        remote.url,
        `+${ref.fetched}:${trackingRef}`,
      ],
      report,
    )
  }
  const commit = await resolveCommit(repository, trackingRef, options.signal)
  if (commit === null) {
    throw new SourceError('REF_NOT_FOUND', `"${ref.name}" is not a commit.`)
  }
  return commit
}

// What a process that was killed left behind; a living one's is left alone.
async function removeAbandoned(folder: string): Promise<void> {
  const prefix = `${basename(folder)}.new-`
  for (const name of await readdir(dirname(folder))) {
    if (!name.startsWith(prefix)) continue
    const pid = Number(name.slice(prefix.length).split('-')[0])
    if (!Number.isSafeInteger(pid) || !isAlive(pid)) await remove(join(dirname(folder), name))
  }
}

function isAlive(pid: number): boolean {
  if (pid === process.pid) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

async function remove(folder: string): Promise<void> {
  // git's children may still be writing for a moment after it was ended.
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}

async function cloneAnew(
  git: RemoteGit,
  folder: string,
  fetch: (into: string) => Promise<string>,
  objectFormat: 'sha1' | 'sha256',
): Promise<string> {
  const temporary = `${folder}.new-${process.pid}-${randomUUID()}`
  try {
    await git.run(dirname(folder), [
      'init',
      '--quiet',
      '--bare',
      '--template=',
      `--object-format=${objectFormat}`,
      '--',
      temporary,
    ])
    const commit = await fetch(temporary)
    await remove(folder)
    await rename(temporary, folder)
    return commit
  } finally {
    await remove(temporary)
  }
}

async function tidy(folder: string, signal: AbortSignal): Promise<void> {
  await runGit({
    arguments: ['gc', '--auto', '--quiet'],
    workingDirectory: folder,
    environment: {
      gitDirectory: folder,
      config: [
        ['gc.auto', '6700'],
        ['gc.autoPackLimit', '20'],
        ['gc.autoDetach', 'false'],
      ],
    },
    signal,
    idleTimeoutMs: 600_000,
  })
}

async function askCredentials(
  source: RemoteSource,
  remote: RemoteUrl,
  attempt: number,
  signal: AbortSignal,
): Promise<Credentials | null> {
  if (source.auth === undefined) return remote.credentials
  const { auth } = source
  let onAbort = (): void => {}
  const cancelled = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(new CancelledError())
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    const shown = remote.url.replace(/[?#].*$/, '')
    return (await Promise.race([auth({ url: shown, attempt }), cancelled])) ?? null
  } catch (error) {
    if (error instanceof CancelledError) throw error
    throw new SourceError('AUTHENTICATION_FAILED', 'The auth callback failed.', { cause: error })
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/**
 * Clones a remote repository, or updates the clone kept of it, and returns the commit asked for.
 * @throws SourceError when the remote cannot be reached, refuses, or has no such ref
 * @throws CancelledError when the signal fired; a half-made clone is removed
 */
export async function fetchClone(source: RemoteSource, options: CloneOptions): Promise<Clone> {
  const { signal, onProgress } = options
  const cloneDirectory = resolve(options.cloneDirectory)
  const remote = parseRemoteUrl(source.url)
  const folder = cloneFolder(cloneDirectory, remote)
  await mkdir(cloneDirectory, { recursive: true })
  await removeAbandoned(folder)
  onProgress?.({ percent: 0, processed: 0, total: 0, operation: 'Connecting' })

  for (let attempt = 1; ; attempt++) {
    const credentials = await askCredentials(source, remote, attempt, signal)
    const git = remoteGit({ remote, credentials, signal, silenceMs: options.silenceMs ?? 120_000 })
    try {
      const ref = await findRemoteRef(git, remote.url, cloneDirectory, source.ref)
      const fetch = (into: string): Promise<string> =>
        fetchInto(git, into, source, remote, ref, options)
      const commit = await updateOrClone(git, folder, fetch, ref, signal)
      onProgress?.({ percent: 100, processed: 1, total: 1, operation: 'Fetched' })
      return {
        repository: { gitDirectory: folder, workTree: null, subfolder: '' },
        ref: ref.name,
        commit,
      }
    } catch (error) {
      const isRefused = error instanceof SourceError && error.code === 'AUTHENTICATION_FAILED'
      const mayAskAgain = source.auth !== undefined && attempt < attempts
      if (!isRefused || !mayAskAgain || (attempt > 1 && credentials === null)) throw error
    }
  }
}

async function updateOrClone(
  git: RemoteGit,
  folder: string,
  fetch: (into: string) => Promise<string>,
  ref: RemoteRef,
  signal: AbortSignal,
): Promise<string> {
  if (await isGitDirectory(folder)) {
    try {
      const commit = await fetch(folder)
      await tidy(folder, signal)
      return commit
    } catch (error) {
      // A clone that was damaged (a lock or a half-written pack of a killed process) is made again;
      // what the remote says is passed on.
      if (!(error instanceof SourceError) || error.code !== 'GIT_FAILED') throw error
    }
  }
  return await cloneAnew(git, folder, fetch, ref.objectId?.length === 64 ? 'sha256' : 'sha1')
}
