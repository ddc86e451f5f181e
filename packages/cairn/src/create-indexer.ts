import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  createIndexer as createCoreIndexer,
  type Indexer,
  type IndexerOptions,
  InvalidOptionsError,
  type PlanRequest,
  type Storage,
  StoreError,
} from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import type { PlanDocument } from '@cairn/protocol'
import { sqlite } from '@cairn/store-sqlite'

/** Options of {@link createIndexer}; everything has a default. */
export interface CairnOptions extends Partial<IndexerOptions> {
  /**
   * Folder for the store (`cairn.db`) and the clones (`clones/`); made by the first write, with a
   * `.gitignore` that keeps it out of Git.
   * @default '.cairn' in the working folder
   */
  readonly dataDirectory?: string
}

/** The data directory where none is named. */
export const defaultDataDirectory = '.cairn'

/** The store's file within a data directory. */
export function storePath(dataDirectory: string): string {
  return join(dataDirectory, 'cairn.db')
}

function makeDataDirectory(path: string): void {
  try {
    if (mkdirSync(path, { recursive: true }) === undefined) return
    writeFileSync(join(path, '.gitignore'), '*\n')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw new StoreError(
      code === 'ENOSPC' ? 'STORE_FULL' : 'STORE_READ_ONLY',
      `The data directory ${path} cannot be made. Choose a folder that can be written.`,
      { cause: error },
    )
  }
}

/**
 * An indexer that needs nothing else: one SQLite file, the built-in embedder, no server and no
 * download. `close()` (or `await using`) also closes the store and the embedder that were made
 * here, never ones that were passed in.
 * @throws StoreError when the data directory cannot be made or the store cannot be opened.
 * @throws InvalidOptionsError when the options are not of the documented shape.
 */
export function createIndexer(options: CairnOptions = {}): Indexer {
  const { dataDirectory = defaultDataDirectory, ...rest } = options
  if (dataDirectory === '') {
    throw new InvalidOptionsError('dataDirectory is empty; give the path of a folder.')
  }
  const directory = resolve(dataDirectory)
  const embedder = options.embedder ?? staticEmbedder()
  let storage: Storage
  let closeStorage = async (): Promise<void> => undefined
  if (options.storage === undefined) {
    const own = sqlite({ path: storePath(directory) })
    storage = withDirectory(own, directory)
    closeStorage = own.close
  } else {
    storage = options.storage
    if (options.cloneDirectory === undefined) makeDataDirectory(directory)
  }
  const closeOwn = async (): Promise<void> => {
    if (options.embedder === undefined) await embedder.close?.()
    await closeStorage()
  }
  let indexer: Indexer
  try {
    indexer = createCoreIndexer({
      cloneDirectory: join(directory, 'clones'),
      ...rest,
      storage,
      embedder,
    })
  } catch (error) {
    void closeOwn()
    throw error
  }
  const plan = indexer.plan.bind(indexer)
  const closeCore = indexer.close.bind(indexer)
  let closed: Promise<void> | null = null
  const close = (): Promise<void> => {
    closed ??= closeCore().finally(closeOwn)
    return closed
  }
  return Object.assign(indexer, {
    close,
    [Symbol.asyncDispose]: close,
    async plan(request: PlanRequest): Promise<PlanDocument> {
      if ('url' in request) makeDataDirectory(directory)
      return plan(request)
    },
  })
}

/** The storage, with the data directory made before the first write and never by a read. */
function withDirectory(storage: Storage, directory: string): Storage {
  return {
    ...storage,
    journal: {
      ...storage.journal,
      async acquireWriter(options) {
        makeDataDirectory(directory)
        await storage.journal.acquireWriter(options)
      },
    },
  }
}
