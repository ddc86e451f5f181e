/** Walks a folder that is no Git repository, with the rules of its `.gitignore` files. */
import { lstat, opendir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { CancelledError, SourceError } from '../errors.ts'
import { containedFolder } from './contained-folder.ts'
import { eventLoopPause } from './event-loop-pause.ts'
import { type IgnoreRules, isIgnored, readIgnoreRules } from './gitignore.ts'
import { collectCandidates, decodeName, type TreeCandidate, unnameable } from './tree-candidate.ts'

const ignoreFileBytes = 1_000_000

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
 * @throws SourceError `SOURCE_NOT_FOUND` when the root itself cannot be opened, `SOURCE_TOO_LARGE` for
 *   more than `maxFiles`
 */
export async function listFolder(
  root: string,
  maxFiles: number,
  signal: AbortSignal,
): Promise<TreeCandidate[]> {
  const read = containedFolder(root)
  const pause = eventLoopPause()
  const candidates = collectCandidates(maxFiles)
  const add = (path: string, kind: TreeCandidate['kind'], problem: string | null = null): void => {
    candidates.add({ path, kind, objectId: null, sizeBytes: null, problem })
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
      rules = readIgnoreRules(ignoreFile.bytes, prefix.length, folder.outer)
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
        if (isIgnored(path, isFolder, rules)) continue
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
      if (error instanceof CancelledError || error instanceof SourceError) throw error
      const message = error instanceof Error ? error.message : String(error)
      if (prefix === '') {
        throw new SourceError('SOURCE_NOT_FOUND', `The folder ${root} cannot be read: ${message}`, {
          cause: error,
        })
      }
      add(prefix.slice(0, -1), 'unreadable', `The folder cannot be read: ${message}`)
    }
  }
  return candidates.sorted()
}
