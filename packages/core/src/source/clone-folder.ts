import { createHash, randomUUID } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { repositoryNameOf } from './parse-source.ts'
import type { RemoteUrl } from './source-url.ts'

/** The folder of a remote's clone: readable, and different for every URL. */
export function cloneFolder(cloneDirectory: string, remote: RemoteUrl): string {
  const name = repositoryNameOf({ url: remote.url })
    .replace(/[^A-Za-z0-9._-]/g, '_')
    .slice(0, 60)
  const key = createHash('sha256').update(remote.url).digest('hex').slice(0, 16)
  return join(cloneDirectory, `${name.replace(/^\.+/, '_')}-${key}.git`)
}

/** A name beside `folder` under which a clone is made, before it takes the folder's place. */
export function temporaryCloneFolder(folder: string): string {
  return `${folder}.new-${process.pid}-${randomUUID()}`
}

/**
 * Removes what killed processes left of making clones in a folder, or of the one clone of that name; a
 * living one's is left alone.
 */
export async function removeAbandoned(cloneDirectory: string, clone?: string): Promise<void> {
  for (const name of await namesIn(cloneDirectory)) {
    const [, made, maker] = /^(.+\.git)\.new-([^-]*)/.exec(name) ?? []
    if (made === undefined || (clone !== undefined && made !== clone)) continue
    const pid = Number(maker)
    if (!Number.isSafeInteger(pid) || !isAlive(pid)) await removeClone(join(cloneDirectory, name))
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    // Nothing was ever cloned.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

/** Whether there is such a process on this machine. */
export function isAlive(pid: number): boolean {
  if (pid === process.pid) return true
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/** Removes a clone. */
export async function removeClone(folder: string): Promise<void> {
  // git's children may still be writing for a moment after it was ended.
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
}
