/** Opens a source as a tree of files: a folder, a local repository or a remote one. */
import { realpath, stat } from 'node:fs/promises'
import type { SourceTree } from '../contracts/source-file.ts'
import { CancelledError, InvalidOptionsError, SourceError } from '../errors.ts'
import type { LocalSource, Source } from '../options.ts'
import { fetchClone } from './clone.ts'
import type { CloneProgress } from './clone-progress.ts'
import { containedFolder } from './contained-folder.ts'
import { refuseForeignObjects, refuseForeignUrl } from './foreign-objects.ts'
import { findGit, type HostGit } from './host-git.ts'
import { listCommit } from './list-commit.ts'
import { listFolder } from './list-folder.ts'
import { listWorkingTree } from './list-working-tree.ts'
import {
  findRepository,
  hasSubfolder,
  headOf,
  type LocalRepository,
  resolveCommit,
} from './local-repository.ts'
import { objectReader } from './object-reader.ts'
import { parseSource } from './parse-source.ts'
import { pathFilter } from './path-filter.ts'
import { type SourceTreeOptions, sourceTree } from './source-tree.ts'

/** Options of {@link openSource}. */
export interface OpenSourceOptions {
  /** Folder in which clones of remote repositories are kept; made when missing. */
  readonly cloneDirectory: string
  /** Language of a file by its path and first bytes; `text` where none claims it. */
  readonly languageOf: (path: string, head?: Uint8Array) => string
  /** Globs of paths to index. @default every path */
  readonly include?: readonly string[] | undefined
  /** Globs of paths to leave out, stronger than `include`. @default none */
  readonly exclude?: readonly string[] | undefined
  /** Files that are larger are left out. @default 1_048_576 */
  readonly maxFileBytes?: number | undefined
  /** A tree with more entries is refused. @default 1_000_000 */
  readonly maxFiles?: number | undefined
  /** The host's git where it is being looked for already. */
  readonly git?: Promise<HostGit> | undefined
  readonly signal: AbortSignal
  readonly onProgress?: ((progress: CloneProgress) => void) | undefined
}

type TreeBasics = Pick<SourceTreeOptions, 'languageOf' | 'filter' | 'maxFileBytes'> & {
  readonly maxFiles: number
}

async function realFolder(path: string): Promise<string> {
  try {
    const real = await realpath(path)
    if (!(await stat(real)).isDirectory()) {
      throw new SourceError('SOURCE_NOT_FOUND', `${path} is not a folder.`)
    }
    return real
  } catch (error) {
    if (error instanceof SourceError) throw error
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT'
    throw new SourceError(
      'SOURCE_NOT_FOUND',
      isMissing ? `There is no folder ${path}.` : `The folder ${path} cannot be opened.`,
      { cause: error },
    )
  }
}

function commitTree(
  repository: LocalRepository,
  description: SourceTree['description'] & { commit: string },
  basics: TreeBasics,
): SourceTree {
  const objects = objectReader(repository)
  return sourceTree({
    ...basics,
    description,
    enumerate: (signal) => listCommit(repository, description.commit, basics.maxFiles, signal),
    async read(candidate, maxBytes) {
      if (candidate.objectId === null) return { kind: 'absent' }
      try {
        return { kind: 'content', bytes: await objects.read(candidate.objectId, maxBytes) }
      } catch (error) {
        return {
          kind: 'unreadable',
          message: error instanceof Error ? error.message : String(error),
        }
      }
    },
    close: () => objects.close(),
  })
}

async function workingTree(
  repository: LocalRepository,
  root: string,
  basics: TreeBasics,
  git: HostGit,
  signal: AbortSignal,
): Promise<SourceTree> {
  const read = containedFolder(root)
  const [{ commit, ref }, listed] = await Promise.all([
    headOf(repository, signal),
    listWorkingTree(repository, git, basics.maxFiles, signal),
  ])
  // Nothing that git would show: an ignored folder (a dependency, a download) that was asked for by
  // name, so it is taken for itself.
  if (listed.length === 0 && repository.subfolder !== '') return plainFolder(root, basics)
  if (commit === null && listed.length === 0) {
    throw new SourceError(
      'EMPTY_REPOSITORY',
      `The repository at ${root} has no commit and no file.`,
    )
  }
  let first: typeof listed | null = listed
  return sourceTree({
    ...basics,
    description: { ref, commit },
    async enumerate(enumerateSignal) {
      const entries =
        first ?? (await listWorkingTree(repository, git, basics.maxFiles, enumerateSignal))
      first = null
      return entries
    },
    read: (candidate, maxBytes) => read(candidate.path, maxBytes),
    close: () => Promise.resolve(),
  })
}

function plainFolder(root: string, basics: TreeBasics): SourceTree {
  const read = containedFolder(root)
  return sourceTree({
    ...basics,
    description: { ref: null, commit: null },
    enumerate: (signal) => listFolder(root, basics.maxFiles, signal),
    read: (candidate, maxBytes) => read(candidate.path, maxBytes),
    close: () => Promise.resolve(),
  })
}

async function openLocal(
  source: LocalSource,
  basics: TreeBasics,
  looking: Promise<HostGit> | undefined,
  signal: AbortSignal,
): Promise<SourceTree> {
  const root = await realFolder(source.path)
  const repository = await findRepository(root)
  if (repository === null) {
    if (source.ref === undefined) return plainFolder(root, basics)
    throw new SourceError(
      'NOT_A_REPOSITORY',
      `The ref "${source.ref}" was asked of ${source.path}, which is not in a Git repository.`,
    )
  }
  const git = await (looking ?? findGit(signal))
  if (source.ref === undefined && repository.workTree !== null) {
    return await workingTree(repository, root, basics, git, signal)
  }
  await refuseForeignObjects(repository.gitDirectory)
  const ref = source.ref ?? 'HEAD'
  const commit = await resolveCommit(repository, ref, signal)
  if (commit !== null) {
    if (await hasSubfolder(repository, commit, signal)) {
      return commitTree(repository, { ref, commit }, basics)
    }
    throw new SourceError(
      'SOURCE_NOT_FOUND',
      `The folder "${repository.subfolder}" is not in commit ${commit.slice(0, 12)}.`,
    )
  }
  if (ref === 'HEAD' || (await resolveCommit(repository, 'HEAD', signal)) === null) {
    throw new SourceError('EMPTY_REPOSITORY', `The repository at ${source.path} has no commit yet.`)
  }
  throw new SourceError('REF_NOT_FOUND', `The repository at ${source.path} has no ref "${ref}".`)
}

/**
 * Opens a source. A local path without a ref is the working tree as it stands (tracked and untracked
 * files, not ignored), or a plain folder with the rules of its `.gitignore` files; a path below a
 * repository's root is just that folder, with paths relative to it. With a ref, and for a clone, it
 * is exactly the tree of that commit, from Git's objects.
 * @throws InvalidOptionsError for a broken glob or limit
 * @throws SourceError when the source is not there, is refused or cannot be fetched
 * @throws CancelledError when the signal fired
 */
export async function openSource(source: Source, options: OpenSourceOptions): Promise<SourceTree> {
  const checked = parseSource(source)
  const { maxFileBytes = 1_048_576, maxFiles = 1_000_000 } = options
  for (const [name, limit] of Object.entries({ maxFileBytes, maxFiles })) {
    if (Number.isSafeInteger(limit) && limit >= 1) continue
    throw new InvalidOptionsError(`${name} must be a positive whole number.`)
  }
  const basics: TreeBasics = {
    languageOf: options.languageOf,
    filter: pathFilter({ include: options.include ?? [], exclude: options.exclude ?? [] }),
    maxFileBytes,
    maxFiles,
  }
  if (options.signal.aborted) throw new CancelledError()
  if ('path' in checked) return await openLocal(checked, basics, options.git, options.signal)
  await (options.git ?? findGit(options.signal))
  await refuseForeignUrl(checked.url)
  const clone = await fetchClone(checked, options)
  return commitTree(clone.repository, { ref: clone.ref, commit: clone.commit }, basics)
}
