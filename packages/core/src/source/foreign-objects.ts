/**
 * A `.git` folder that came with a download can name the objects of any repository of this machine: by
 * a symbolic link in it, or by `objects/info/alternates`. What they hold would be indexed as its own.
 */
import { opendir, realpath, stat } from 'node:fs/promises'
import { join, resolve, sep } from 'node:path'
import { SourceError } from '../errors.ts'
import { findRepository } from './local-repository.ts'
import { readHead } from './read-head.ts'
import { folderOfUrl } from './source-url.ts'

/** What git reads refs and objects from, and how many levels of folders below it can matter. */
const places: ReadonlyArray<readonly [name: string, levels: number]> = [
  ['HEAD', 0],
  ['packed-refs', 0],
  ['shallow', 0],
  ['objects', 2],
  ['refs', Number.POSITIVE_INFINITY],
  ['reftable', 1],
]

async function isOwnFile(path: string, gitDirectory: string): Promise<boolean> {
  try {
    const real = await realpath(path)
    return real.startsWith(gitDirectory + sep) && (await stat(real)).isFile()
  } catch {
    return true // it leads nowhere, and git will not get further
  }
}

/** The first entry of a repository's folder that leads out of it, relative to the folder. */
async function wayOut(gitDirectory: string): Promise<string | null> {
  const folders: Array<{
    path: string
    names: ReadonlyMap<string, number> | null
    levels: number
  }> = [{ path: '', names: new Map(places), levels: 0 }]
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    const { path, names, levels } = folder
    const entries = await opendir(join(gitDirectory, path)).catch(() => null)
    if (entries === null) continue // what cannot be opened is closed to git too
    for await (const entry of entries) {
      const below = names === null ? levels - 1 : names.get(entry.name)
      if (below === undefined) continue
      const inner = join(path, entry.name)
      if (entry.isDirectory()) {
        if (below > 0) folders.push({ path: inner, names: null, levels: below })
      } else if (!entry.isFile() && !(await isOwnFile(join(gitDirectory, inner), gitDirectory))) {
        return inner
      }
    }
  }
  return null
}

function refuse(gitDirectory: string, why: string): SourceError {
  return new SourceError(
    'NOT_A_REPOSITORY',
    `${gitDirectory} cannot be used as a repository: ${why}. Index its working tree without a ref, or a clone that has everything itself (git clone --dissociate).`,
  )
}

/**
 * Makes sure that a local repository has its refs and objects in its own folder.
 * @param gitDirectory real path of the repository's own folder, or of a linked worktree's in it
 * @throws SourceError `NOT_A_REPOSITORY`
 */
export async function refuseForeignObjects(gitDirectory: string): Promise<void> {
  const shared = await readHead(join(gitDirectory, 'commondir'))
  const main = shared === null ? gitDirectory : await realpath(resolve(gitDirectory, shared.trim()))
  for (const folder of new Set([main, gitDirectory])) {
    const link = await wayOut(folder)
    if (link !== null) throw refuse(folder, `its ${JSON.stringify(link)} leads out of it`)
  }
  const alternates = await readHead(join(main, 'objects', 'info', 'alternates'))
  if (alternates !== null && alternates !== '') {
    throw refuse(main, 'it takes objects from another repository (objects/info/alternates)')
  }
}

/**
 * The same for the repository of a file URL, whose git is not cairn's to guard. git looks for it in the
 * folder, in its `.git`, and with `.git` added to its name.
 * @throws SourceError `NOT_A_REPOSITORY`, `URL_REFUSED`
 */
export async function refuseForeignUrl(url: string): Promise<void> {
  const path = folderOfUrl(url)
  if (path === null) return
  for (const candidate of [path, `${path}.git`]) {
    const folder = await realpath(candidate).catch(() => null)
    const repository = folder === null ? null : await findRepository(folder)
    if (repository !== null) await refuseForeignObjects(repository.gitDirectory)
  }
}
