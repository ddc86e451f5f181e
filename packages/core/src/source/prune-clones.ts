import { readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { removeClone, temporaryCloneFolder } from './clone-folder.ts'

// Another process may still read a clone that it fetched; no run of this one needs so long to begin.
const leastIdleMs = 600_000

interface HeldClone {
  readonly folder: string
  readonly bytes: number
  readonly usedMs: number
}

/**
 * Removes clones until they take at most `maxBytes`, those that were used last the longest ago first; gives
 * how many. None is removed that `isInUse` or was used within ten minutes.
 */
export async function pruneClones(options: {
  readonly cloneDirectory: string
  readonly maxBytes: number
  readonly isInUse: (folder: string) => boolean
  readonly signal: AbortSignal
}): Promise<number> {
  const { cloneDirectory, maxBytes, isInUse, signal } = options
  const clones: HeldClone[] = []
  for (const name of await namesIn(cloneDirectory)) {
    signal.throwIfAborted()
    if (!name.endsWith('.git')) continue
    const folder = join(cloneDirectory, name)
    clones.push({ folder, bytes: await folderBytes(folder), usedMs: await usedMs(folder) })
  }
  clones.sort((one, other) => one.usedMs - other.usedMs)
  let bytes = clones.reduce((sum, clone) => sum + clone.bytes, 0)
  let removed = 0
  for (const clone of clones) {
    signal.throwIfAborted()
    if (bytes <= maxBytes || Date.now() - clone.usedMs < leastIdleMs) break
    // Looked up in the same turn as the folder goes: a run that comes later finds none and clones anew.
    if (isInUse(clone.folder)) continue
    const going = temporaryCloneFolder(clone.folder)
    await rename(clone.folder, going)
    await removeClone(going)
    bytes -= clone.bytes
    removed += 1
  }
  return removed
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

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  for (const entry of entries) {
    if (entry.isFile()) bytes += await fileBytes(join(entry.parentPath, entry.name))
  }
  return bytes
}

/** Git replaces its files at any time: one that is gone takes nothing. */
async function fileBytes(path: string): Promise<number> {
  return stat(path).then(
    ({ size }) => size,
    () => 0,
  )
}

async function usedMs(folder: string): Promise<number> {
  return (await stat(folder)).mtimeMs
}
