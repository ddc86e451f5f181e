/**
 * Keeps a bare clone of each remote repository and brings it up to date. A bare clone has no working
 * tree, so that nothing of the repository (filters, links, hooks) ever acts on this machine.
 */
import { mkdir, rename, stat, utimes } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { z } from 'zod'
import { onAbort } from '../abortable.ts'
import { CancelledError, InvalidOptionsError, SourceError, StoreError } from '../errors.ts'
import type { Credentials, RemoteSource } from '../options.ts'
import { cloneFolder, removeAbandoned, removeClone, temporaryCloneFolder } from './clone-folder.ts'
import { withCloneLock } from './clone-lock.ts'
import { type CloneProgress, cloneProgress } from './clone-progress.ts'
import { runGit } from './git-process.ts'
import { isGitDirectory, type LocalRepository, resolveCommit } from './local-repository.ts'
import { type RemoteGit, remoteGit } from './remote-git.ts'
import { findRemoteRef, type RemoteRef } from './remote-ref.ts'
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
const answerSchema = z
  .union([
    z.object({ token: z.string() }),
    z.object({ username: z.string().default(''), password: z.string() }),
  ])
  .nullish()
const trackingRef = 'refs/cairn/tree'

async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true })
  } catch (error) {
    const message = `The folder for clones ${path} cannot be made. Choose one that can be written.`
    const isFull = error instanceof Error && 'code' in error && error.code === 'ENOSPC'
    throw new StoreError(isFull ? 'STORE_FULL' : 'STORE_READ_ONLY', message, { cause: error })
  }
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

/** Puts a clone where it belongs; false where another has been put there meanwhile, which is in use. */
async function takePlace(temporary: string, folder: string): Promise<boolean> {
  try {
    await rename(temporary, folder)
    return true
  } catch {
    if (await isGitDirectory(folder)) return false
    await removeClone(folder)
    await rename(temporary, folder)
    return true
  }
}

async function cloneAnew(
  git: RemoteGit,
  folder: string,
  fetch: (into: string) => Promise<string>,
  objectFormat: 'sha1' | 'sha256',
  isReplaced: boolean,
): Promise<string> {
  const temporary = temporaryCloneFolder(folder)
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
    if (isReplaced) await removeClone(folder)
    return (await takePlace(temporary, folder)) ? commit : await fetch(folder)
  } finally {
    await removeClone(temporary)
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
  let leave = (): void => {}
  const cancelled = new Promise<never>((_resolve, reject) => {
    leave = onAbort(signal, () => reject(new CancelledError()))
  })
  let answer: unknown
  try {
    answer = await Promise.race([auth({ url: remote.shown, attempt }), cancelled])
  } catch (error) {
    if (error instanceof CancelledError) throw error
    throw new SourceError('AUTHENTICATION_FAILED', 'The auth callback failed.', { cause: error })
  } finally {
    leave()
  }
  const parsed = answerSchema.safeParse(answer)
  // No cause: it could hold what the callback gave.
  if (parsed.success) return parsed.data ?? null
  throw new InvalidOptionsError('auth must give {token}, {username?, password} or undefined.')
}

/**
 * Clones a remote repository, or updates the clone kept of it, and returns the commit asked for.
 * @throws SourceError when the remote cannot be reached, refuses, or has no such ref
 * @throws CancelledError when the signal fired; a half-made clone is removed
 */
export async function fetchClone(source: RemoteSource, options: CloneOptions): Promise<Clone> {
  const { signal } = options
  let last = { processed: 0, total: 0 }
  const onProgress = (progress: CloneProgress): void => {
    last = progress
    options.onProgress?.(progress)
  }
  const cloneDirectory = resolve(options.cloneDirectory)
  const remote = parseRemoteUrl(source.url)
  const folder = cloneFolder(cloneDirectory, remote)
  await makeFolder(cloneDirectory)
  await removeAbandoned(cloneDirectory, basename(folder))
  onProgress({ percent: 0, ...last, operation: 'Connecting' })

  let refusal: SourceError | null = null
  for (let attempt = 1; ; attempt++) {
    const credentials = await askCredentials(source, remote, attempt, signal)
    const git = remoteGit({ remote, credentials, signal, silenceMs: options.silenceMs ?? 120_000 })
    try {
      const ref = await findRemoteRef(git, remote, cloneDirectory, source.ref)
      const fetch = (into: string): Promise<string> =>
        fetchInto(git, into, source, remote, ref, { ...options, onProgress })
      const onWaiting = (): void =>
        onProgress({ percent: 0, ...last, operation: 'Waiting for another process to fetch it' })
      const commit = await withCloneLock(folder, { signal, onWaiting }, async () => {
        const fetched = await updateOrClone(git, folder, fetch, ref, signal)
        const now = new Date()
        await utimes(folder, now, now)
        return fetched
      })
      onProgress({ percent: 100, processed: last.total, total: last.total, operation: 'Fetched' })
      return {
        repository: { gitDirectory: folder, workTree: null, subfolder: '' },
        ref: ref.name,
        commit,
      }
    } catch (error) {
      if (!(error instanceof SourceError) || error.code !== 'AUTHENTICATION_FAILED') throw error
      // That the last try went without credentials says less than that those before were refused.
      if (credentials !== null) refusal = error
      const mayAskAgain = source.auth !== undefined && attempt < attempts
      if (!mayAskAgain || (attempt > 1 && credentials === null)) throw refusal ?? error
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
  const isThere = await isGitDirectory(folder)
  if (isThere) {
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
  const format = ref.objectId?.length === 64 ? 'sha256' : 'sha1'
  return await cloneAnew(git, folder, fetch, format, isThere)
}
