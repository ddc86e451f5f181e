import type { Dirent } from 'node:fs'
import { readdir, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { removeAbandoned, removeClone, temporaryCloneFolder } from './clone-folder.ts'
import { isCloneLocked } from './clone-lock.ts'

// Another process may still read a clone that it fetched; no run of this one needs so long to begin.
const leastIdleMs = 600_000

interface HeldClone {
  readonly folder: string
  readonly bytes: number
  readonly usedMs: number
}

/**
 * Removes clones until they take at most `maxBytes`, those that were used last the longest ago first; gives
 * how many. None is removed that `isInUse`, that a process
 * works on or that was used within ten minutes. What killed processes left of
 * making clones goes in any case.
 */
export async function pruneClones(options: {
  readonly cloneDirectory: string
  readonly maxBytes: number
  readonly isInUse: (folder: string) => boolean
  readonly signal: AbortSignal
}): Promise<number> {
  const { cloneDirectory, maxBytes, isInUse, signal } = options
  await removeAbandoned(cloneDirectory)
  const clones: HeldClone[] = []
  for (const entry of await entriesIn(cloneDirectory)) {
    signal.throwIfAborted()
    if (!entry.name.endsWith('.git') || !entry.isDirectory()) continue
    const folder = join(cloneDirectory, entry.name)
    clones.push({ folder, bytes: await folderBytes(folder), usedMs: await usedMs(folder) })
  }
  clones.sort((one, other) => one.usedMs - other.usedMs)
  let bytes = clones.reduce((sum, clone) => sum + clone.bytes, 0)
  let removed = 0
  for (const clone of clones) {
    signal.throwIfAborted()
    if (bytes <= maxBytes || Date.now() - clone.usedMs < leastIdleMs) break
    if (await isCloneLocked(clone.folder)) continue
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

/** What is in a folder; one that is gone holds nothing. */
async function entriesIn(folder: string): Promise<Dirent[]> {
  try {
    return await readdir(folder, { withFileTypes: true })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}

async function folderBytes(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await entriesIn(folder)) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) bytes += await folderBytes(path)
    else if (entry.isFile()) bytes += await fileBytes(path)
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
