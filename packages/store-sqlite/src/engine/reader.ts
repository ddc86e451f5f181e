import type { EngineOptions } from '../options.ts'
import { connectNothing, connectReader } from './connect.ts'
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
  let open: { database: Database; engine: Engine; isFile: boolean } | null = null

  const connected = (): { database: Database; engine: Engine } => {
    if (open?.isFile) return open
    const file = connectReader(driver, options)
    if (file) {
      open?.database.close()
      open = { database: file, engine: createEngine(file), isFile: true }
    } else if (!open) {
      const database = connectNothing(driver)
      open = { database, engine: createEngine(database), isFile: false }
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
