import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import {
  createIndexer as createCoreIndexer,
  type Indexer,
  type IndexerOptions,
  StoreError,
} from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import { sqlite } from '@cairn/store-sqlite'

/** Options of {@link createIndexer}; everything has a default. */
export interface CairnOptions extends Partial<IndexerOptions> {
  /**
   * Folder for the store (`cairn.db`) and the clones (`clones/`); made when missing, with a
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
  const directory = resolve(dataDirectory)
  if (options.storage === undefined || options.cloneDirectory === undefined) {
    makeDataDirectory(directory)
  }
  const storage = options.storage ?? sqlite({ path: storePath(directory) })
  const embedder = options.embedder ?? staticEmbedder()
  const closeOwn = async (): Promise<void> => {
    if (options.embedder === undefined) await embedder.close?.()
    if (options.storage !== undefined) return
    await storage.vectors.close()
    await storage.graph.close()
    await storage.journal.close()
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
  const closeCore = indexer.close.bind(indexer)
  let closed: Promise<void> | null = null
  const close = (): Promise<void> => {
    closed ??= closeCore().finally(closeOwn)
    return closed
  }
  return Object.assign(indexer, { close, [Symbol.asyncDispose]: close })
}
