/**
 * Reads files of a folder and never one outside it: no symlink is followed, neither as the file nor
 * as a folder on the way to it, also when one is swapped in while the run reads.
 */
import {
  closeSync,
  constants,
  fstatSync,
  open,
  openSync,
  read,
  readlinkSync,
  readSync,
} from 'node:fs'
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

/** The calls that may wait for the disk. */
interface FileCalls {
  open(path: string, flags: number): number | Promise<number>
  /** Gives the number of bytes read. */
  read(descriptor: number, buffer: Buffer, offset: number): number | Promise<number>
}

const openFile = promisify(open)
const readFile = promisify(read)

const atOnce: FileCalls = {
  open: openSync,
  read: (descriptor, buffer, offset) =>
    readSync(descriptor, buffer, offset, buffer.length - offset, null),
}
const inThreadPool: FileCalls = {
  open: openFile,
  read: async (descriptor, buffer, offset) =>
    (await readFile(descriptor, buffer, offset, buffer.length - offset, null)).bytesRead,
}

// A file that the system has in memory is read in less time than it takes to ask another thread. Where two in
// a row took longer than this others will too; a single one may have met a busy processor.
const slowMs = 2
const slowInARow = 2
const readsAfterSlow = 200

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
  /** Reads that still go to the thread pool, because the disk was slow. */
  let slowReads = 0
  /** Slow reads since the last that was not. */
  let slow = 0

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
    calls: FileCalls,
  ): Promise<ReadOutcome> {
    const stats = fstatSync(descriptor)
    if (stats.isDirectory()) return { kind: 'absent' }
    if (!stats.isFile()) return { kind: 'unreadable', message: 'Not a regular file.' }
    if (!(await isContained(descriptor, full))) return { kind: 'absent' }
    if (stats.size > maxBytes) return { kind: 'too_large', sizeBytes: stats.size }
    let buffer = Buffer.allocUnsafe(stats.size + 1)
    let length = 0
    for (;;) {
      const reading = calls.read(descriptor, buffer, length)
      const bytesRead = typeof reading === 'number' ? reading : await reading
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
    const calls = slowReads > 0 ? inThreadPool : atOnce
    slowReads = Math.max(0, slowReads - 1)
    const startMs = performance.now()
    let descriptor: number
    try {
      if (constants.O_NOFOLLOW === undefined && (await lstat(full)).isSymbolicLink()) {
        return { kind: 'symlink' }
      }
      const opening = calls.open(full, flags)
      descriptor = typeof opening === 'number' ? opening : await opening
    } catch (error) {
      return outcomeOf(error)
    }
    try {
      return await readOpen(descriptor, full, maxBytes, calls)
    } catch (error) {
      return outcomeOf(error)
    } finally {
      // What was opened for reading has nothing to wait for.
      closeSync(descriptor)
      if (calls === atOnce) {
        slow = performance.now() - startMs > slowMs ? slow + 1 : 0
        if (slow === slowInARow) {
          slow = 0
          slowReads = readsAfterSlow
        }
      }
    }
  }
}
