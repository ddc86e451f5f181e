import { gitFailure } from './git-failure.ts'
import { recordsOfGit } from './git-process.ts'
import { type LocalRepository, repositoryCall } from './local-repository.ts'
import { collectCandidates, decodeName, type TreeCandidate, unnameable } from './tree-candidate.ts'

const record = /^(\d{6}) (blob|commit|tree) ([0-9a-f]{40,64}) +(\d+|-|BAD)$/

/**
 * The entries of a commit's tree, with their blob ids and sizes. Paths are relative to the
 * repository's `subfolder`.
 * @throws SourceError `GIT_FAILED`, or `SOURCE_TOO_LARGE` for more than `maxFiles`
 */
export async function listCommit(
  repository: LocalRepository,
  commit: string,
  maxFiles: number,
  signal: AbortSignal,
): Promise<TreeCandidate[]> {
  const candidates = collectCandidates(maxFiles)
  const tree = `${commit}:${repository.subfolder}`
  const result = await recordsOfGit(
    repositoryCall(repository, ['ls-tree', '-r', '-z', '-l', '--full-tree', tree], signal),
    (bytes) => {
      const tab = bytes.indexOf(0x09)
      const fields = record.exec(bytes.subarray(0, tab).toString('latin1'))
      const { name, isText } = decodeName(bytes.subarray(tab + 1))
      const mode = fields?.[1]
      const size = fields?.[4]
      const kind = mode === '120000' ? 'symlink' : mode === '160000' ? 'submodule' : 'file'
      candidates.add({
        path: name,
        kind: isText ? kind : 'unreadable',
        objectId: fields?.[3] ?? null,
        sizeBytes: size === undefined || !/^\d+$/.test(size) ? null : Number(size),
        problem: isText ? null : unnameable,
      })
    },
  )
  if (result.exitCode !== 0) {
    throw gitFailure(`The tree of commit ${commit.slice(0, 12)} cannot be listed`, result.stderr)
  }
  return candidates.sorted()
}
