/** Walks a folder that is no Git repository, with the rules of its `.gitignore` files. */
import { lstat, opendir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import ignore, { type Ignore } from 'ignore'
import { CancelledError, SourceError } from '../errors.ts'
import { containedFolder } from './contained-folder.ts'
import { eventLoopPause } from './event-loop-pause.ts'
import { decodeName, sortCandidates, type TreeCandidate, unnameable } from './tree-candidate.ts'

const ignoreFileBytes = 1_000_000

/** The rules of one `.gitignore` and those of the folders above it. */
interface IgnoreRules {
  readonly outer: IgnoreRules | null
  /** Length of the folder's path with its closing slash. */
  readonly prefixLength: number
  readonly rules: Ignore
}

// The rule nearest to the file decides, as in gitignore(5).
function isIgnored(path: string, rules: IgnoreRules | null): boolean {
  for (let level = rules; level !== null; level = level.outer) {
    const verdict = level.rules.checkIgnore(path.slice(level.prefixLength))
    if (verdict.ignored) return true
    if (verdict.unignored) return false
  }
  return false
}

// Node decodes a name that is not UTF-8 with replacement characters; such a path then leads nowhere.
async function exists(path: string): Promise<boolean> {
  return await lstat(path).then(
    () => true,
    () => false,
  )
}

/**
 * The entries of a plain folder. Symbolic links are named and never followed, `.git` is left out.
 * @param root the folder's real path
 * @throws SourceError `SOURCE_NOT_FOUND` when the root itself cannot be opened.
 */
export async function listFolder(root: string, signal: AbortSignal): Promise<TreeCandidate[]> {
  const read = containedFolder(root)
  const pause = eventLoopPause()
  const candidates: TreeCandidate[] = []
  const add = (path: string, kind: TreeCandidate['kind'], problem: string | null = null): void => {
    candidates.push({ path, kind, objectId: null, sizeBytes: null, problem })
  }
  const waiting: Array<{ prefix: string; outer: IgnoreRules | null }> = [
    { prefix: '', outer: null },
  ]
  for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
    const { prefix } = folder
    const full = join(root, prefix)
    let rules = folder.outer
    let hasUnnameable = false
    const ignoreFile = await read(`${prefix}.gitignore`, ignoreFileBytes)
    if (ignoreFile.kind === 'content') {
      rules = {
        outer: folder.outer,
        prefixLength: prefix.length,
        rules: ignore({ allowRelativePaths: true }).add(
          Buffer.from(ignoreFile.bytes).toString('utf8'),
        ),
      }
    }
    try {
      for await (const entry of await opendir(full, { bufferSize: 256 })) {
        if (signal.aborted) throw new CancelledError()
        await pause()
        const { name } = entry
        const path = prefix + name
        if (name === '.git') continue
        if (name.includes('\uFFFD') && !(await exists(join(full, name)))) {
          hasUnnameable = true
          continue
        }
        const isFolder = entry.isDirectory()
        if (isIgnored(isFolder ? `${path}/` : path, rules)) continue
        if (isFolder) waiting.push({ prefix: `${path}/`, outer: rules })
        else if (entry.isSymbolicLink()) add(path, 'symlink')
        else if (entry.isFile()) add(path, 'file')
        else add(path, 'unreadable', 'Not a regular file.')
      }
      if (!hasUnnameable) continue
      for (const bytes of await readdir(full, { encoding: 'buffer' })) {
        const { name, isText } = decodeName(bytes)
        if (!isText) add(prefix + name, 'unreadable', unnameable)
      }
    } catch (error) {
      if (error instanceof CancelledError) throw error
      const message = error instanceof Error ? error.message : String(error)
      if (prefix === '') {
        throw new SourceError('SOURCE_NOT_FOUND', `The folder ${root} cannot be read: ${message}`, {
          cause: error,
        })
      }
      add(prefix.slice(0, -1), 'unreadable', `The folder cannot be read: ${message}`)
    }
  }
  return sortCandidates(candidates)
}
