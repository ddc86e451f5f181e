import { SourceError } from '../errors.ts'
import type { RemoteGit } from './remote-git.ts'
import type { RemoteUrl } from './source-url.ts'

/** What the remote calls the wanted tree. */
export interface RemoteRef {
  readonly name: string
  /** What to fetch: a full ref name or a commit id. */
  readonly fetched: string
  /** Where the remote has it now; null where only fetching will tell. */
  readonly objectId: string | null
}

function isBranchOrTagName(ref: string): boolean {
  // git-check-ref-format(1); a refspec's own characters are among them.
  return !/[\s:*?[\\^~]|\.\.|@\{|^[+/]|\/$|\.$|\.lock$|\/\//.test(ref)
}

/**
 * Asks the remote what `ref` is: a branch, else a tag; its default branch where none is asked.
 * @param folder any folder of this machine to run git in
 * @throws SourceError `REF_NOT_FOUND`, `EMPTY_REPOSITORY`, `NOT_A_REPOSITORY`, or what git said of the remote
 */
export async function findRemoteRef(
  git: RemoteGit,
  remote: RemoteUrl,
  folder: string,
  ref?: string,
): Promise<RemoteRef> {
  if (ref !== undefined && /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(ref)) {
    return { name: ref, fetched: ref, objectId: ref }
  }
  const missing = (why: string): SourceError =>
    new SourceError('REF_NOT_FOUND', `${remote.shown} has no branch or tag "${ref}"${why}.`)
  if (ref !== undefined && !isBranchOrTagName(ref)) throw missing(' (it is not the name of one)')
  const full = ref?.startsWith('refs/') === true ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`]
  const wanted = ref === undefined || ref === 'HEAD' ? ['HEAD'] : full
  const patterns = wanted[0] === 'HEAD' ? wanted : ['HEAD', ...wanted]
  const text = await git.run(folder, ['ls-remote', '--symref', '--', remote.url, ...patterns])
  const ids = new Map<string, string>()
  let defaultBranch: string | null = null
  for (const line of text.split('\n')) {
    const [value = '', name = ''] = line.split('\t')
    const branch = /^ref: refs\/heads\/(.+)$/.exec(value)?.[1]
    if (branch !== undefined && name === 'HEAD') defaultBranch = branch
    else if (/^[0-9a-f]+$/.test(value)) ids.set(name, value)
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
    if (!(await git.speaksGit(folder))) {
      throw new SourceError(
        'NOT_A_REPOSITORY',
        `${remote.shown} answers, but not as a Git repository does. Is it the address of a web page?`,
      )
    }
    throw new SourceError(
      'EMPTY_REPOSITORY',
      `${remote.shown} has no commit yet, or none on its default branch.`,
    )
  }
  throw missing(
    ref !== undefined && /^[0-9a-f]{4,39}$/.test(ref) ? '; a commit needs its full id' : '',
  )
}
