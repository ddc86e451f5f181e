import { stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { gitFailure } from './git-failure.ts'
import { recordsOfGit } from './git-process.ts'
import type { HostGit } from './host-git.ts'
import { watchIgnorePipes } from './ignore-pipes.ts'
import { type LocalRepository, repositoryCall } from './local-repository.ts'
import { readHead } from './read-head.ts'
import { collectCandidates, decodeName, type TreeCandidate, unnameable } from './tree-candidate.ts'

// A walk over a large tree on a slow disk is silent for long.
const walkTimeoutMs = 300_000
/** `?`: what git tags files with that it does not track. */
const untracked = 0x3f

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (stats) => stats.isFile(),
    () => false,
  )
}

/**
 * The options that make git ignore what the host's user and the repository ignore. `--exclude-standard`
 * would take the user's file from the repository's own configuration, which may name any file.
 */
async function ignoreOptions(
  { gitDirectory }: LocalRepository,
  { userIgnoreFile }: HostGit,
): Promise<string[]> {
  const shared = (await readHead(join(gitDirectory, 'commondir'))) ?? '.'
  const ofRepository = join(resolve(gitDirectory, shared.trim()), 'info', 'exclude')
  const options = ['--exclude-per-directory=.gitignore']
  // The later file is the stronger one.
  for (const file of [userIgnoreFile, ofRepository]) {
    if (await isFile(file)) options.push(`--exclude-from=${file}`)
  }
  return options
}

/** The folders that git warned of and went on without: what is untracked in them it cannot know. */
function closedFolders(stderr: string): { path: string; why: string }[] {
  return [...stderr.matchAll(/^warning: could not open directory '(.+?)\/?': (.+)$/gm)].map(
    ([, path = '', why = '']) => ({ path, why }),
  )
}

/**
 * The entries of a working tree as it stands: tracked files, and untracked ones that are not
 * ignored. Paths are relative to the repository's `subfolder`. Whether a file is there is only known
 * when it is read.
 * @throws SourceError `GIT_FAILED`, or `SOURCE_TOO_LARGE` for more than `maxFiles`
 */
export async function listWorkingTree(
  repository: LocalRepository,
  git: HostGit,
  maxFiles: number,
  signal: AbortSignal,
): Promise<TreeCandidate[]> {
  const { subfolder } = repository
  const within = subfolder === '' ? [] : ['--', `${subfolder}/`]
  const skipped = subfolder === '' ? 0 : Buffer.byteLength(subfolder) + 1
  const candidates = collectCandidates(maxFiles)

  const add = (
    raw: Buffer,
    kind: TreeCandidate['kind'],
    problem: TreeCandidate['problem'] = null,
  ): void => {
    const { name, isText } = decodeName(raw.subarray(skipped))
    if (name === '') return
    candidates.add({
      path: name,
      kind: isText ? kind : 'unreadable',
      objectId: null,
      sizeBytes: null,
      problem: isText ? problem : unnameable,
    })
  }

  const ignored = await ignoreOptions(repository, git)
  const args = ['ls-files', '-t', '--cached', '--stage', '--others', ...ignored, '-z', ...within]
  const listing = recordsOfGit(
    repositoryCall(repository, args, signal, walkTimeoutMs),
    (record) => {
      if (record[0] !== untracked) {
        // The index knows the modes: links and submodules stay what they are where the system has none.
        const mode = record.subarray(2, 8).toString('latin1')
        const kind = mode === '120000' ? 'symlink' : mode === '160000' ? 'submodule' : 'file'
        add(record.subarray(record.indexOf(0x09) + 1), kind)
      } else if (record.at(-1) === 0x2f) {
        // git ends a repository inside the repository with a slash and does not look into it.
        add(record.subarray(2, -1), 'submodule')
      } else {
        add(record.subarray(2), 'file')
      }
    },
  )
  const pipes = watchIgnorePipes(repository.workTree ?? repository.gitDirectory)
  const [listed] = await Promise.allSettled([listing])
  for (const path of await pipes.end()) {
    if (subfolder !== '' && !path.startsWith(`${subfolder}/`)) continue
    add(Buffer.from(path), 'unreadable', 'Not a regular file: what it has ignored is not known.')
  }
  if (listed.status === 'rejected') throw listed.reason
  const { exitCode, stderr } = listed.value
  if (exitCode !== 0) {
    throw gitFailure(`The working tree at ${repository.workTree} cannot be listed`, stderr)
  }
  for (const { path, why } of closedFolders(stderr)) {
    add(Buffer.from(path), 'unreadable', `The folder cannot be read: ${why}.`)
  }
  return candidates.sorted()
}
