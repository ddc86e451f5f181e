import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname } from 'node:path'
import type { EngineOptions } from '../options.ts'
import type { Database, Driver } from './database.ts'
import { Fault, resultCode } from './fault.ts'
import { checkVersion, type Migration, migrate, migrations } from './schema.ts'

const pageBytes = 8_192
/** Bytes of the write-ahead log at which it is copied into the file. */
const checkpointBytes = 33_554_432
/** Milliseconds to wait for a lock that another connection holds for an instant. */
const busyTimeoutMs = 5_000

/** Opens the file for the one writer; makes it and its folder where they are missing. */
export function connectWriter(
  driver: Driver,
  options: EngineOptions,
  steps: readonly Migration[] = migrations,
): Database {
  return openToWrite(driver, options, (database) => {
    // Looked at before anything is written: what is not ours stays as it is.
    checkVersion(database, options.path, steps.length)
    configure(database, options)
    migrate(database, options.path, steps)
  })
}

/** Opens a file that is there and of the newest schema for writing; null where there is none. */
export function connectCurrent(driver: Driver, options: EngineOptions): Database | null {
  if (!existsSync(options.path)) return null
  let isCurrent = false
  const database = openToWrite(driver, options, (opened) => {
    isCurrent = checkVersion(opened, options.path) === migrations.length
    if (isCurrent) configure(opened, options)
  })
  if (isCurrent) return database
  database.close()
  return null
}

function openToWrite(
  driver: Driver,
  options: EngineOptions,
  prepare: (database: Database) => void,
): Database {
  if (existsSync(options.path)) checkIsFile(options.path)
  const database = driver.open(options.path, { readOnly: false, withVectors: true })
  try {
    database.exec(`pragma busy_timeout = ${busyTimeoutMs}`)
    prepare(database)
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

function configure(database: Database, options: EngineOptions): void {
  database.exec(
    `pragma page_size = ${pageBytes};
     pragma journal_mode = wal;
     pragma synchronous = normal;
     pragma wal_autocheckpoint = ${checkpointBytes / pageBytes};
     pragma journal_size_limit = ${checkpointBytes * 2};
     pragma cache_size = ${-Math.ceil(options.cacheBytes / 1024)}`,
  )
  limitSize(database, options)
}

/** Keeps the file from growing beyond `maxBytes` and so many bytes more. */
export function limitSize(database: Database, { maxBytes }: EngineOptions, moreBytes = 0): void {
  if (maxBytes === null) return
  const size = database.prepare<{ page_count: number }>('pragma page_count').get()?.page_count ?? 0
  const pages = Math.max(1, Math.floor(maxBytes / pageBytes), moreBytes === 0 ? 1 : size)
  database.exec(`pragma max_page_count = ${pages + Math.ceil(moreBytes / pageBytes)}`)
}

/** Makes the folder of the file. */
export function makeFolder(path: string): void {
  mkdirSync(dirname(path), { recursive: true })
}

/** A store that is open for reading. */
export interface ReaderConnection {
  readonly database: Database
  /** Whether it stays open only until a writer comes. */
  readonly isImmutable: boolean
}

/**
 * Opens the file for reading; null where there is nothing to read yet. It is never made or changed.
 * @throws Fault `STORE_READ_ONLY` for a file of an older version, which only a writer can bring up.
 */
export function connectReader(driver: Driver, options: EngineOptions): ReaderConnection | null {
  if (!existsSync(options.path)) return null
  checkIsFile(options.path)
  try {
    return openReader(driver, options, false)
  } catch (error) {
    // SQLite keeps notes for its readers beside the file. Where that is not allowed, and no writer
    // has left any, the file cannot change under the reader either.
    const code = resultCode(error)
    const isForbidden = code === 'SQLITE_CANTOPEN' || code === 'SQLITE_READONLY'
    if (!isForbidden || hasWriteAheadLog(options.path)) throw error
    return openReader(driver, options, true)
  }
}

/** Whether there is a writer, or was one that did not end well. */
export function hasWriteAheadLog(path: string): boolean {
  return existsSync(`${path}-wal`)
}

function openReader(
  driver: Driver,
  options: EngineOptions,
  isImmutable: boolean,
): ReaderConnection | null {
  const database = driver.open(options.path, { readOnly: true, withVectors: true, isImmutable })
  try {
    database.exec(
      `pragma busy_timeout = ${busyTimeoutMs};
       pragma cache_size = ${-Math.ceil(options.cacheBytes / 2048)}`,
    )
    const version = checkVersion(database, options.path)
    if (version === migrations.length) return { database, isImmutable }
    if (version > 0) {
      throw new Fault(
        'STORE_READ_ONLY',
        `The store ${options.path} was written by an older version of cairn. Index once with this version to bring it up to date.`,
      )
    }
  } catch (error) {
    database.close()
    throw error
  }
  database.close()
  return null
}

function checkIsFile(path: string): void {
  if (!statSync(path).isFile()) {
    throw new Fault('STORE_FAILED', `The path of the store, ${path}, is no file. Choose another.`)
  }
}

/** An empty database in memory, which answers as a store does that holds nothing. */
export function connectNothing(driver: Driver): Database {
  const database = driver.open(':memory:', { readOnly: false, withVectors: true })
  migrate(database, ':memory:')
  return database
}
