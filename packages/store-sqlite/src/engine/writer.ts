import { setImmediate } from 'node:timers/promises'
import type { EngineOptions } from '../options.ts'
import { connectCurrent, connectWriter, limitSize, makeFolder } from './connect.ts'
import { type Database, type Driver, inTransaction, onSnapshot } from './database.ts'
import { createEngine, type Engine } from './engine.ts'
import { Fault, resultCode, toFault } from './fault.ts'
import { createReserve, reserveBytes } from './reserve.ts'
import { takeWriterLock } from './writer-lock.ts'

/** What became of a piece of work. */
export type Written = { readonly value: unknown } | { readonly error: unknown }

/** A piece of work to be done in a transaction. */
export interface WriteWork {
  readonly run: (engine: Engine) => unknown
  /** Whether it may take the room that is held back, where there is no other. */
  readonly mayUseReserve: boolean
}

/** The writing side of a store. */
export interface Writer {
  /** Takes the lock and opens the file, unless that was done. */
  acquire(): void
  /**
   * Ends what a dead process left unfinished and lets go of the store again; does nothing where a process
   * writes, this one included, or where nothing may be written.
   */
  endAbandoned(): void
  /** Runs all of `works` in one transaction; where one of them throws, each in one of its own. */
  writeTogether(works: readonly WriteWork[]): Written[]
  /** Runs `work` in one transaction for each step; other calls come in between. */
  writeInSteps<T>(work: (engine: Engine) => Generator<undefined, T, undefined>): Promise<T>
  /** Runs `work` that reads and keeps notes in temporary tables. */
  read<T>(work: (engine: Engine) => T): T
  /** Runs `work` outside of any transaction. */
  bare<T>(work: (engine: Engine) => T): T
  close(): void
}

/** Milliseconds to wait for the lock: a writer has it for long, one who looks whether there is any for an instant. */
const lockWaitMs = 500

/** Writes nothing until it is asked to. */
export function createWriter(driver: Driver, options: EngineOptions): Writer {
  const reserve = createReserve(options.path)
  let open: { database: Database; engine: Engine; release: () => void } | null = null

  const acquired = (): { database: Database; engine: Engine } => {
    if (open) return open
    if (options.readOnly) {
      throw new Fault(
        'STORE_READ_ONLY',
        `The store ${options.path} was opened with readOnly: true, so nothing can be written to it.`,
      )
    }
    makeFolder(options.path)
    const release = takeWriterLock(driver, options.path, lockWaitMs)
    try {
      const database = connectWriter(driver, options)
      try {
        const engine = createEngine(database, options)
        reserve.hold()
        inTransaction(database, () => engine.tasks.interrupt())
        open = { database, engine, release }
        return open
      } catch (error) {
        database.close()
        throw error
      }
    } catch (error) {
      release()
      throw error
    }
  }

  /** Holds the lock for no longer than it writes: to open and to close the file may take a writer's time. */
  const interrupt = (database: Database): void => {
    try {
      const { tasks } = createEngine(database, options)
      const release = takeWriterLock(driver, options.path, 0)
      try {
        inTransaction(database, () => tasks.interrupt())
      } finally {
        release()
      }
    } finally {
      database.close()
    }
  }

  const close = (): void => {
    open?.database.close()
    open?.release()
    open = null
  }

  return {
    acquire() {
      if (open) reserve.hold()
      acquired()
    },
    endAbandoned() {
      if (open || options.readOnly) return
      try {
        const database = connectCurrent(driver, options)
        if (database) interrupt(database)
      } catch (error) {
        if (!mayNotWrite(error)) throw error
      }
    },
    writeTogether(works) {
      const { database, engine } = acquired()
      const write = (some: typeof works): Written[] =>
        inTransaction(database, () => some.map((work) => ({ value: work.run(engine) })))
      const writeAlone = (work: WriteWork): Written => {
        try {
          return write([work])[0] ?? { value: undefined }
        } catch (error) {
          if (!work.mayUseReserve || resultCode(error) !== 'SQLITE_FULL') return { error }
        }
        reserve.release()
        limitSize(database, options, reserveBytes)
        try {
          return write([work])[0] ?? { value: undefined }
        } catch (error) {
          return { error }
        } finally {
          limitSize(database, options)
        }
      }
      try {
        return write(works)
      } catch {
        return works.map(writeAlone)
      }
    },
    async writeInSteps(work) {
      const { database, engine } = acquired()
      const steps = work(engine)
      for (;;) {
        const step = inTransaction(database, () => steps.next())
        if (step.done) return step.value
        await setImmediate()
      }
    },
    read(work) {
      const { database, engine } = acquired()
      return onSnapshot(database, () => work(engine))
    },
    bare: (work) => work(acquired().engine),
    close,
  }
}

/** Whether somebody else writes, or this process is not allowed to. */
function mayNotWrite(error: unknown): boolean {
  const { code } = toFault(error, '')
  return code === 'STORE_LOCKED' || code === 'STORE_READ_ONLY'
}
