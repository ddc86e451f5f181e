/**
 * Reads files of a folder and never one outside it: no symlink is followed, neither as the file nor
 * as a folder on the way to it, also when one is swapped in while the run reads.
 */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  open,
  openSync,
  read,
  readlinkSync,
  readSync,
  realpathSync,
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

const openInPool = promisify(open)
const readInPool = promisify(read)

// A file that the system has in memory is read in less time than it takes to ask another thread. Where two in
// a row took longer than this others will too; a single one may have met a busy processor.
const slowMs = 2
const slowInARow = 2
const readsAfterSlow = 200

// O_NONBLOCK: opening a named pipe would else wait for its writer for ever.
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
// Where opening follows a link all the same, it has to be looked for first.
const followsLinks = constants.O_NOFOLLOW === undefined
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

/**
 * Reads one file of `root` (a real path), at most `maxBytes` of it. `path` is `/`-separated. Gives the outcome
 * itself while the disk is fast, which spares a promise for each of many files.
 */
export type ReadContained = (path: string, maxBytes: number) => ReadOutcome | Promise<ReadOutcome>

/** Collects what is read of a file, whose size may change meanwhile. */
function createFilling(size: number, maxBytes: number) {
  let buffer = Buffer.allocUnsafe(size + 1)
  let length = 0
  return {
    /** Where the next bytes go: buffer, offset and how many may come. */
    room: (): [buffer: Buffer, offset: number, length: number] => [
      buffer,
      length,
      buffer.length - length,
    ],
    /** Takes so many bytes in; null where more are to be read. */
    took(bytesRead: number): ReadOutcome | null {
      length += bytesRead
      // Short of the size and one byte: the end, without asking once more.
      if (bytesRead === 0 || length === size) {
        return { kind: 'content', bytes: buffer.subarray(0, length) }
      }
      if (length > maxBytes) return { kind: 'too_large', sizeBytes: length }
      if (length === buffer.length) {
        const larger = Buffer.allocUnsafe(Math.min(buffer.length * 2 + 65_536, maxBytes + 1))
        buffer.copy(larger, 0, 0, length)
        buffer = larger
      }
      return null
    },
  }
}

function readAtOnce(descriptor: number, size: number, maxBytes: number): ReadOutcome {
  const filling = createFilling(size, maxBytes)
  for (;;) {
    const outcome = filling.took(readSync(descriptor, ...filling.room(), null))
    if (outcome) return outcome
  }
}

async function readSlowly(
  descriptor: number,
  size: number,
  maxBytes: number,
): Promise<ReadOutcome> {
  const filling = createFilling(size, maxBytes)
  for (;;) {
    const { bytesRead } = await readInPool(descriptor, ...filling.room(), null)
    const outcome = filling.took(bytesRead)
    if (outcome) return outcome
  }
}

/** A path with nothing that leads elsewhere, on any system. */
function isPlain(path: string): boolean {
  if (/(?:^|\/)\.{0,2}(?:\/|$)/.test(path)) return false
  return sep === '/' || !/[\\:]/.test(path)
}

/** A reader of the files in `root`, which must be a real path. */
export function containedFolder(root: string): ReadContained {
  const prefix = root.endsWith(sep) ? root : root + sep
  /** Reads that still go to the thread pool, because the disk was slow. */
  let slowReads = 0
  /** Slow reads since the last that was not. */
  let slow = 0

  // After the file is open, what was opened is certain; before, a folder may still be swapped.
  function isContained(actual: string, full: string): boolean {
    if (actual === full) return true
    if (descriptorLinks !== null && actual === `${full} (deleted)`) return true
    return actual.startsWith(prefix) && spelling(actual) === spelling(full)
  }

  /** What is certain of an open file before it is read, else its size. `actual` is where it really lies. */
  function lookAt(
    descriptor: number,
    full: string,
    actual: string,
    maxBytes: number,
  ): ReadOutcome | number {
    const stats = fstatSync(descriptor)
    if (stats.isDirectory()) return { kind: 'absent' }
    if (!stats.isFile()) return { kind: 'unreadable', message: 'Not a regular file.' }
    if (!isContained(actual, full)) return { kind: 'absent' }
    return stats.size > maxBytes ? { kind: 'too_large', sizeBytes: stats.size } : stats.size
  }

  const now = (full: string, maxBytes: number): ReadOutcome => {
    let descriptor: number | undefined
    try {
      if (followsLinks && lstatSync(full).isSymbolicLink()) return { kind: 'symlink' }
      descriptor = openSync(full, flags)
      const actual = descriptorLinks
        ? readlinkSync(descriptorLinks + descriptor)
        : realpathSync.native(full)
      const found = lookAt(descriptor, full, actual, maxBytes)
      return typeof found === 'number' ? readAtOnce(descriptor, found, maxBytes) : found
    } catch (error) {
      return outcomeOf(error)
    } finally {
      // What was opened for reading has nothing to wait for.
      if (descriptor !== undefined) closeSync(descriptor)
    }
  }

  const inPool = async (full: string, maxBytes: number): Promise<ReadOutcome> => {
    let descriptor: number | undefined
    try {
      if (followsLinks && (await lstat(full)).isSymbolicLink()) return { kind: 'symlink' }
      descriptor = await openInPool(full, flags)
      const actual = descriptorLinks
        ? readlinkSync(descriptorLinks + descriptor)
        : await realpath(full)
      const found = lookAt(descriptor, full, actual, maxBytes)
      return typeof found === 'number' ? await readSlowly(descriptor, found, maxBytes) : found
    } catch (error) {
      return outcomeOf(error)
    } finally {
      if (descriptor !== undefined) closeSync(descriptor)
    }
  }

  return (path, maxBytes) => {
    if (!isPlain(path)) return { kind: 'absent' }
    const full = prefix + (sep === '/' ? path : path.replaceAll('/', sep))
    if (slowReads > 0) {
      slowReads -= 1
      return inPool(full, maxBytes)
    }
    const startMs = performance.now()
    const outcome = now(full, maxBytes)
    slow = performance.now() - startMs > slowMs ? slow + 1 : 0
    if (slow === slowInARow) {
      slow = 0
      slowReads = readsAfterSlow
    }
    return outcome
  }
}
