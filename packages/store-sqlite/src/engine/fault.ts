import type { ErrorCode } from '@cairn/protocol'

/** A failure of the engine before it crosses to the host, where it becomes a `CairnError`. */
export class Fault extends Error {
  override readonly name = 'Fault'
  readonly code: ErrorCode
  readonly recoverable: boolean

  constructor(
    code: ErrorCode,
    message: string,
    options: { recoverable?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.recoverable = options.recoverable ?? false
  }
}

/** SQLite's primary result codes that mean something to a caller. @see https://sqlite.org/rescode.html */
const resultCodes: Readonly<Record<number, string>> = {
  5: 'SQLITE_BUSY',
  8: 'SQLITE_READONLY',
  10: 'SQLITE_IOERR',
  11: 'SQLITE_CORRUPT',
  13: 'SQLITE_FULL',
  14: 'SQLITE_CANTOPEN',
  26: 'SQLITE_NOTADB',
}

/** `SQLITE_IOERR_SHMSIZE`: there was no room for the notes beside the file. */
const ioErrorShmSize = 4_874

/** Name of SQLite's primary result code behind an error of either driver; null where there is none. */
export function resultCode(error: unknown): string | null {
  if (!(error instanceof Error)) return null
  // node:sqlite carries the extended code as a number, better-sqlite3 its name.
  if ('errcode' in error && typeof error.errcode === 'number') {
    if (error.errcode === ioErrorShmSize) return 'SQLITE_FULL'
    return resultCodes[error.errcode & 0xff] ?? 'SQLITE_ERROR'
  }
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('SQLITE_')) {
    if (error.code === 'SQLITE_IOERR_SHMSIZE') return 'SQLITE_FULL'
    return /^SQLITE_[A-Z]+/.exec(error.code)?.[0] ?? null
  }
  return null
}

/** What an error of a driver or of the file system means for the store at `path`. */
export function toFault(error: unknown, path: string): Fault {
  if (error instanceof Fault) return error
  const options = { cause: error }
  switch (resultCode(error)) {
    case 'SQLITE_CORRUPT':
      return new Fault(
        'STORE_CORRUPT',
        `The store ${path} is damaged. Move it away and index again; it was left as it is.`,
        options,
      )
    case 'SQLITE_NOTADB':
      return new Fault(
        'STORE_CORRUPT',
        `The file ${path} is no SQLite database. Move it away or choose another path; it was left as it is.`,
        options,
      )
    case 'SQLITE_READONLY':
    case 'SQLITE_CANTOPEN':
      return readOnlyFault(path, error)
    case 'SQLITE_FULL':
      return new Fault(
        'STORE_FULL',
        `No space is left for the store ${path}. Free some and run again; what was stored before is unharmed.`,
        options,
      )
    case 'SQLITE_BUSY':
      return new Fault(
        'STORE_LOCKED',
        `The store ${path} is locked by another program. Try again when it has ended.`,
        { recoverable: true, ...options },
      )
    default:
  }
  if (error instanceof Error && 'code' in error) {
    if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
      return new Fault('STORE_FULL', `No space is left for the store ${path}.`, options)
    }
    if (error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS') {
      return readOnlyFault(path, error)
    }
  }
  const message = error instanceof Error ? error.message : String(error)
  return new Fault('STORE_FAILED', `The store ${path} failed: ${message}`, options)
}

function readOnlyFault(path: string, cause: unknown): Fault {
  return new Fault(
    'STORE_READ_ONLY',
    `The store ${path} cannot be opened or written. Check the permissions of the file and of its folder.`,
    { cause },
  )
}
