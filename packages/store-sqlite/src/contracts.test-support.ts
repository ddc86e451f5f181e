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
import { sqlite } from './index.ts'

/** Holds every contract against a store on one driver; call it at the top level of a test file. */
export async function holdContracts(driver: 'node' | 'better-sqlite3'): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'cairn-contracts-'))
  const storage = sqlite({ path: join(folder, 'index.db'), driver })
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
    create: async () => ({ store: storage.journal, dispose }),
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
