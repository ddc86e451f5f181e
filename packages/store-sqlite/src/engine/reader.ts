import type { EngineOptions } from '../options.ts'
import { connectNothing, connectReader, hasWriteAheadLog } from './connect.ts'
import { type Database, type Driver, onSnapshot } from './database.ts'
import { createEngine, type Engine } from './engine.ts'

/** The reading side of a store. */
export interface Reader {
  /** Runs `work` on one state of the store; before there is a file, on an empty one. */
  read<T>(work: (engine: Engine) => T): T
  close(): void
}

/** Opens the file when first asked. */
export function createReader(driver: Driver, options: EngineOptions): Reader {
  let open: { database: Database; engine: Engine; isLasting: () => boolean } | null = null

  const connected = (): { database: Database; engine: Engine } => {
    if (open?.isLasting()) return open
    const file = connectReader(driver, options)
    if (!file && open) return open
    open?.database.close()
    const database = file?.database ?? connectNothing(driver)
    open = {
      database,
      engine: createEngine(database, options),
      isLasting: () => file !== null && !(file.isImmutable && hasWriteAheadLog(options.path)),
    }
    return open
  }

  return {
    read(work) {
      const { database, engine } = connected()
      return onSnapshot(database, () => work(engine))
    },
    close() {
      open?.database.close()
      open = null
    },
  }
}
