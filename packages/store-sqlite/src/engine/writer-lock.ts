import { hostname } from 'node:os'
import type { Database, Driver } from './database.ts'
import { Fault, resultCode, toFault } from './fault.ts'

/** Who holds the lock, as other processes are told. */
interface Holder {
  readonly pid: number
  readonly host: string
  readonly since: string
}

/** The file is closed to readers only for the instant in which a name is committed. */
const readWaitMs = 1_000

/**
 * Makes this the one writer of a store. The lock is a reserved transaction on a small SQLite file
 * beside the store: the operating system drops it with the process, however that ends, and others can
 * still read who holds it.
 *
 * @param waitMs how long to wait for one who only looks whether anybody writes
 * @returns what releases it.
 * @throws Fault `STORE_LOCKED` naming the holder.
 * @see https://sqlite.org/lockingv3.html
 */
export function takeWriterLock(driver: Driver, storePath: string, waitMs: number): () => void {
  const lockPath = `${storePath}.lock`
  try {
    return lock(driver, storePath, lockPath, waitMs)
  } catch (error) {
    // Told of the store, whoever reads it would move a whole index away.
    throw toFault(error, lockPath)
  }
}

function lock(driver: Driver, storePath: string, lockPath: string, waitMs: number): () => void {
  const database = driver.open(lockPath, { readOnly: false, withVectors: false })
  try {
    const holder: Holder = {
      pid: process.pid,
      host: hostname(),
      since: new Date().toISOString(),
    }
    // A name is of use for as long as the process lives: it need not outlast the machine, and the disk
    // would take longer than all else that opens a store. The table is made once, and with care.
    if (isMade(database)) database.exec('pragma synchronous = off')
    reserve(database, storePath, waitMs)
    database.exec(
      'create table if not exists holder (id integer primary key, pid integer, host text, since text)',
    )
    // The name must be committed to be seen, which lets go of the lock for a moment. A competitor
    // may come in between, write its own name and lose; then it is written again.
    do {
      database
        .prepare('insert or replace into holder values (1, ?, ?, ?)')
        .run(holder.pid, holder.host, holder.since)
      database.exec('commit')
      reserve(database, storePath, waitMs)
    } while (readHolder(database)?.since !== holder.since)
    return () => database.close()
  } catch (error) {
    database.close()
    throw error
  }
}

function reserve(database: Database, storePath: string, waitMs: number): void {
  try {
    database.exec(`pragma busy_timeout = ${waitMs}`)
    database.exec('begin immediate')
  } catch (error) {
    if (resultCode(error) !== 'SQLITE_BUSY') throw error
    throw new Fault('STORE_LOCKED', lockedMessage(storePath, readHolder(database)), {
      recoverable: true,
      cause: error,
    })
  }
}

function isMade(database: Database): boolean {
  database.exec(`pragma busy_timeout = ${readWaitMs}`)
  return database.prepare("select 1 from sqlite_schema where name = 'holder'").get() !== undefined
}

function readHolder(database: Database): Holder | null {
  try {
    database.exec(`pragma busy_timeout = ${readWaitMs}`)
    return (
      database.prepare<Holder>('select pid, host, since from holder where id = 1').get() ?? null
    )
  } catch {
    return null
  }
}

function lockedMessage(storePath: string, holder: Holder | null): string {
  const who = holder
    ? `process ${holder.pid} on ${holder.host}, since ${holder.since}`
    : 'another process'
  return `The store ${storePath} is being written by ${who}. Wait for it to end, or stop it.`
}
