/** Finds out what a local folder is to Git, without letting git search or trust anything by itself. */
import { realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { SourceError } from '../errors.ts'
import { gitFailure } from './git-failure.ts'
import { type GitCall, runGit } from './git-process.ts'
import { readHead } from './read-head.ts'

const objectId = /^[0-9a-f]{40,64}$/

/** A Git repository on this machine. */
export interface LocalRepository {
  /** The repository's own folder, `.git` or a bare repository. */
  readonly gitDirectory: string
  /** Real path of the working tree's root; null for a bare repository. */
  readonly workTree: string | null
  /** The folder that was asked for, `/`-separated below the root; `''` for the root itself. */
  readonly subfolder: string
}

async function kindOf(path: string): Promise<'file' | 'folder' | null> {
  try {
    const stats = await stat(path)
    return stats.isDirectory() ? 'folder' : stats.isFile() ? 'file' : null
  } catch {
    return null // not there, or not ours to see: either way no repository
  }
}

/** Whether a folder is a repository's own one, as git itself decides it. */
export async function isGitDirectory(path: string): Promise<boolean> {
  const [head, objects, refs, common] = await Promise.all([
    kindOf(join(path, 'HEAD')),
    kindOf(join(path, 'objects')),
    kindOf(join(path, 'refs')),
    kindOf(join(path, 'commondir')),
  ])
  return head === 'file' && ((objects === 'folder' && refs === 'folder') || common === 'file')
}

function notUsable(path: string, why: string): SourceError {
  return new SourceError('NOT_A_REPOSITORY', `${path} cannot be used as a repository: ${why}.`)
}

// A `.git` file names a folder elsewhere (a worktree, a submodule). One that came with a download
// could name any repository of this machine, so the folder must know the working tree too.
async function followGitFile(gitFile: string, workTree: string): Promise<string> {
  const named = /^gitdir: ([^\r\n]+)[\r\n]*$/.exec((await readHead(gitFile)) ?? '')?.[1]
  const refuse = (why: string): SourceError => notUsable(gitFile, why)
  if (named === undefined) throw refuse('it names no folder')
  const target = resolve(workTree, named)
  if (!(await isGitDirectory(target))) throw refuse(`${target} is not a repository`)
  const real = await realpath(target)
  if (real.startsWith(workTree + sep)) {
    await refuseShared(real)
    return real
  }
  const back = await readHead(join(real, 'gitdir'))
  if (back !== null && (await sameFile(resolve(real, back.trim()), gitFile))) {
    await refuseStrangersWorktree(real)
    return real
  }
  const config = (await readHead(join(real, 'config'))) ?? ''
  const declared = /^[ \t]*worktree[ \t]*=[ \t]*([^\r\n]+)/m.exec(config)?.[1]
  const worktree = declared?.trim().replace(/^"(.*)"$/, '$1')
  if (worktree !== undefined && (await sameFile(resolve(real, worktree), workTree))) {
    await refuseShared(real)
    return real
  }
  throw refuse(`${target} belongs to another folder`)
}

// Only a linked worktree, whose own folder lies in the main repository, shares the objects of another.
async function refuseShared(gitDirectory: string): Promise<void> {
  if ((await kindOf(join(gitDirectory, 'commondir'))) !== null) {
    throw notUsable(gitDirectory, 'it takes its objects from another repository')
  }
}

// A linked worktree's folder is one of its main repository's; one made up could name any other's objects.
async function refuseStrangersWorktree(gitDirectory: string): Promise<void> {
  const shared = await readHead(join(gitDirectory, 'commondir'))
  if (shared === null) return
  const worktrees = dirname(gitDirectory)
  const isOwn =
    basename(worktrees) === 'worktrees' &&
    (await sameFile(resolve(gitDirectory, shared.trim()), dirname(worktrees)))
  if (!isOwn) throw notUsable(gitDirectory, 'it takes its objects from another repository')
}

async function sameFile(a: string, b: string): Promise<boolean> {
  try {
    return (await realpath(a)) === (await realpath(b))
  } catch {
    return false // one of them is not there
  }
}

/**
 * The repository that `folder` (a real path) is or lies in, or null for a plain folder.
 * @throws SourceError `NOT_A_REPOSITORY` for a `.git` that leads nowhere or to a stranger's repository.
 */
export async function findRepository(folder: string): Promise<LocalRepository | null> {
  for (let current = folder; ; ) {
    const below = relative(current, folder).split(sep).join('/')
    const dotGit = join(current, '.git')
    switch (await kindOf(dotGit)) {
      case 'folder':
        if (await isGitDirectory(dotGit)) {
          const gitDirectory = await realpath(dotGit)
          if (gitDirectory !== dotGit) throw notUsable(dotGit, 'it is a symbolic link')
          await refuseShared(gitDirectory)
          return { gitDirectory, workTree: current, subfolder: below }
        }
        break
      case 'file':
        return {
          gitDirectory: await followGitFile(dotGit, current),
          workTree: current,
          subfolder: below,
        }
      case null:
        break
    }
    if (current === folder && (await isGitDirectory(current))) {
      return { gitDirectory: current, workTree: null, subfolder: '' }
    }
    const parent = dirname(current)
    if (parent === current || !isAbsolute(parent)) return null
    current = parent
  }
}

/** A git call on a repository, with its place and every guard named. */
export function repositoryCall(
  repository: LocalRepository,
  args: readonly string[],
  signal: AbortSignal,
  idleTimeoutMs = 30_000,
): GitCall {
  return {
    idleTimeoutMs,
    arguments: args,
    workingDirectory: repository.workTree ?? repository.gitDirectory,
    environment: {
      gitDirectory: repository.gitDirectory,
      allocationLimit: '1g',
      ...(repository.workTree === null ? {} : { workTree: repository.workTree }),
    },
    signal,
  }
}

/** Whether the commit has the folder that was asked for. */
export async function hasSubfolder(
  repository: LocalRepository,
  commit: string,
  signal: AbortSignal,
): Promise<boolean> {
  if (repository.subfolder === '') return true
  const args = ['cat-file', '-t', `${commit}:${repository.subfolder}`]
  const result = await runGit(repositoryCall(repository, args, signal))
  return result.exitCode === 0 && result.stdout.toString('latin1').trim() === 'tree'
}

/**
 * The id of the commit that `ref` names (any revision git understands), or null where nothing does.
 * @throws SourceError `GIT_FAILED`
 */
export async function resolveCommit(
  repository: LocalRepository,
  ref: string,
  signal: AbortSignal,
): Promise<string | null> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`]
  const result = await runGit(repositoryCall(repository, args, signal))
  const id = result.stdout.toString('latin1').trim()
  if (result.exitCode === 0 && objectId.test(id)) return id
  // `--quiet` is silent about a name that is not there; what it still says is another trouble.
  if (/dubious|not a git repository|bad config|unable to|corrupt/i.test(result.stderr)) {
    throw gitFailure(`The repository at ${repository.gitDirectory} cannot be read`, result.stderr)
  }
  return null
}

/** Where a repository stands. */
export interface Head {
  /** Null before the first commit. */
  readonly commit: string | null
  /** The short name of the branch that is checked out; null where HEAD names a commit. */
  readonly ref: string | null
}

/** @throws SourceError `GIT_FAILED` */
export async function headOf(repository: LocalRepository, signal: AbortSignal): Promise<Head> {
  const both = ['rev-parse', 'HEAD^{commit}', '--symbolic-full-name', 'HEAD']
  const { exitCode, stdout } = await runGit(repositoryCall(repository, both, signal))
  const [commit = '', name = ''] = stdout.toString('utf8').split('\n')
  if (exitCode === 0 && name !== '' && objectId.test(commit)) {
    return { commit, ref: name === 'HEAD' ? null : shortName(name) }
  }
  // One of the two is not there, or a branch or a tag is called HEAD.
  return {
    commit: await resolveCommit(repository, 'HEAD', signal),
    ref: await symbolicHead(repository, signal),
  }
}

async function symbolicHead(
  repository: LocalRepository,
  signal: AbortSignal,
): Promise<string | null> {
  const args = ['symbolic-ref', '--quiet', 'HEAD']
  const result = await runGit(repositoryCall(repository, args, signal))
  return result.exitCode === 0 ? shortName(result.stdout.toString('utf8').trim()) : null
}

function shortName(ref: string): string {
  return ref.replace(/^refs\/(?:heads\/|remotes\/|tags\/)?/, '')
}
