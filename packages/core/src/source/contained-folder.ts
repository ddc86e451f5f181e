/**
 * Reads files of a folder and never one outside it: no symlink is followed, neither as the file nor
 * as a folder on the way to it, also when one is swapped in while the run reads.
 */
import { close, constants, fstatSync, open, read, readlinkSync } from 'node:fs'
import { lstat, realpath } from 'node:fs/promises'
import { sep } from 'node:path'
import { promisify } from 'node:util'

/** What became of an attempt to read a file. */
export type ReadOutcome =
  | { readonly kind: 'content'; readonly bytes: Uint8Array }
  | { readonly kind: 'too_large'; readonly sizeBytes: number }
  | { readonly kind: 'symlink' }
  /** Not there (any more), or only through a symlinked folder. */
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreadable'; readonly message: string }

const openFile = promisify(open)
const readFile = promisify(read)
const closeFile = promisify(close)

// O_NONBLOCK: opening a named pipe would else wait for its writer for ever.
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
const descriptorLinks = process.platform === 'linux' ? '/proc/self/fd/' : null

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function outcomeOf(error: unknown): ReadOutcome {
  switch (codeOf(error)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return { kind: 'absent' }
    case 'ELOOP':
    case 'EMLINK':
      return { kind: 'symlink' }
    case 'EACCES':
    case 'EPERM':
      return { kind: 'unreadable', message: 'No permission to read the file.' }
    case 'ENAMETOOLONG':
      return { kind: 'unreadable', message: 'The path is too long for this system.' }
    case 'ENXIO':
      return { kind: 'unreadable', message: 'Not a regular file.' }
    default:
      return {
        kind: 'unreadable',
        message: error instanceof Error ? error.message : String(error),
      }
  }
}

// Systems that ignore case or compose characters may spell the same path differently.
function spelling(path: string): string {
  return path.normalize('NFC').toLowerCase()
}

/** Reads one file of `root` (a real path), at most `maxBytes` of it. `path` is `/`-separated. */
export type ReadContained = (path: string, maxBytes: number) => Promise<ReadOutcome>

/** A reader of the files in `root`, which must be a real path. */
export function containedFolder(root: string): ReadContained {
  const prefix = root.endsWith(sep) ? root : root + sep

  // After the file is open, what was opened is certain; before, a folder may still be swapped.
  async function isContained(descriptor: number, full: string): Promise<boolean> {
    let actual: string
    if (descriptorLinks === null) {
      actual = await realpath(full)
    } else {
      actual = readlinkSync(descriptorLinks + descriptor)
      if (actual === `${full} (deleted)`) return true
    }
    if (actual === full) return true
    return actual.startsWith(prefix) && spelling(actual) === spelling(full)
  }

  async function readOpen(
    descriptor: number,
    full: string,
    maxBytes: number,
  ): Promise<ReadOutcome> {
    const stats = fstatSync(descriptor)
    if (stats.isDirectory()) return { kind: 'absent' }
    if (!stats.isFile()) return { kind: 'unreadable', message: 'Not a regular file.' }
    if (!(await isContained(descriptor, full))) return { kind: 'absent' }
    if (stats.size > maxBytes) return { kind: 'too_large', sizeBytes: stats.size }
    let buffer = Buffer.allocUnsafe(stats.size + 1)
    let length = 0
    for (;;) {
      const { bytesRead } = await readFile(descriptor, buffer, length, buffer.length - length, null)
      length += bytesRead
      // Short of the size and one byte: the end, without asking once more.
      if (bytesRead === 0 || length === stats.size) break
      if (length > maxBytes) return { kind: 'too_large', sizeBytes: length }
      if (length === buffer.length) {
        const larger = Buffer.allocUnsafe(Math.min(buffer.length * 2 + 65_536, maxBytes + 1))
        buffer.copy(larger, 0, 0, length)
        buffer = larger
      }
    }
    return { kind: 'content', bytes: buffer.subarray(0, length) }
  }

  return async (path, maxBytes) => {
    const segments = path.split('/')
    if (path === '' || segments.some((part) => part === '' || part === '.' || part === '..')) {
      return { kind: 'absent' }
    }
    if (sep === '\\' && /[\\:]/.test(path)) return { kind: 'absent' }
    const full = prefix + segments.join(sep)
    let descriptor: number
    try {
      if (constants.O_NOFOLLOW === undefined && (await lstat(full)).isSymbolicLink()) {
        return { kind: 'symlink' }
      }
      descriptor = await openFile(full, flags)
    } catch (error) {
      return outcomeOf(error)
    }
    try {
      return await readOpen(descriptor, full, maxBytes)
    } catch (error) {
      return outcomeOf(error)
    } finally {
      await closeFile(descriptor)
    }
  }
}
