import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Journal } from '@cairn/core'
import {
  graphStoreConformance,
  journalConformance,
  type OpenedSubject,
  vectorStoreConformance,
} from '@cairn/testkit'
import { afterAll } from 'vitest'
import { chooseDriver } from './engine/choose-driver.ts'
import { sqlite } from './index.ts'

type DriverName = 'node' | 'better-sqlite3'

/** Holds every contract against a store on one driver; call it at the top level of a test file. */
export async function holdContracts(driver: DriverName): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-contracts-'))
  const path = join(folder, 'index.db')
  const storage = sqlite({ path, driver })
  afterAll(async () => {
    await storage.close()
    await rm(folder, { recursive: true, force: true })
  })
  const dispose = async (): Promise<void> => {}
  vectorStoreConformance({
    name: `vectors on ${driver}`,
    create: async () => ({ store: storage.vectors, dispose }),
  })
  graphStoreConformance({
    name: `graph on ${driver}`,
    create: async () => ({ store: storage.graph, dispose }),
  })
  journalConformance({
    name: `journal on ${driver}`,
    create: async () => ({
      store: storage.journal,
      loseWords: (version) => loseWords(driver, path, version),
      dispose,
    }),
    createPair: async () => {
      const path = join(await mkdtemp(join(folder, 'pair-')), 'index.db')
      const open = (): OpenedSubject<Journal> => {
        const { journal } = sqlite({ path, driver })
        return { store: journal, dispose: () => journal.close() }
      }
      return { first: open(), second: open() }
    },
  })
}

/** Deletes from the text index by another connection, as a person with a SQLite shell could. */
async function loseWords(name: DriverName, path: string, version: string): Promise<void> {
  const driver = await chooseDriver(name)
  const database = driver.open(path, { readOnly: false, withVectors: false })
  try {
    database
      .prepare(
        `delete from chunk_words where rowid in (select c.id from chunks c
           where c.version = (select id from names where name = ?))`,
      )
      .run(version)
  } finally {
    database.close()
  }
}
