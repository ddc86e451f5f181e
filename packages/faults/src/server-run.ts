import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { editRepository, makeRepository } from './made-repository.ts'
import {
  answersIn,
  contentIn,
  indexingIn,
  inFlightOf,
  oddIn,
  type Place,
  type PreparedRun,
  queriesOf,
  reading,
  repositoryName,
} from './prepared-run.ts'
import type { ServerStores } from './server-stores.ts'
import { startProcess } from './started-process.ts'

/** A server that holds a part of an index, for one try after the other. */
export interface StoreServer {
  /** Where nothing of an earlier try is. */
  stores(): ServerStores
  /** Takes away what a try wrote of the repository, as far as the next would find it. */
  clear(repository: string): Promise<void>
}

// As small as those of the embedded store, so that every boundary can be tried.
const before = 40
const after = 80
const batchSize = 64

/**
 * `prepareRun` with stores that are servers. What a server holds cannot be copied as a file can, so the earlier
 * state is indexed anew for each try.
 */
export async function prepareServerRun(
  server: StoreServer,
  signal: AbortSignal,
): Promise<PreparedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-faults-server-'))
  const earlierPath = join(folder, 'earlier', repositoryName)
  const path = join(folder, 'present', repositoryName)
  const queries = queriesOf(before)
  let tries = 0
  const begin = async (): Promise<Place> => {
    tries += 1
    const place = { path, data: join(folder, `try${tries}`), batchSize, stores: server.stores() }
    await indexingIn(
      { ...place, path: earlierPath },
      (indexer) => indexer.index({ path: earlierPath, signal }).finished,
    )
    return place
  }
  const end = async ({ data }: Place): Promise<void> => {
    await server.clear(repositoryName)
    rmSync(data, { recursive: true, force: true })
  }
  const remove = async (): Promise<void> => rmSync(folder, { recursive: true, force: true })
  try {
    makeRepository(earlierPath, before)
    mkdirSync(join(folder, 'present'))
    cpSync(earlierPath, path, { recursive: true })
    editRepository(path, before, after)
    const whole = await begin()
    const earlierAnswers = await answersIn(whole, queries)
    const uninterrupted = await startProcess(whole, signal).ended
    if (!uninterrupted.completed) throw new Error('A run without a fault failed.')
    const presentAnswers = await answersIn(whole, queries)
    if (earlierAnswers === presentAnswers) throw new Error('The two states give the same answers.')
    const wanted = await reading(whole, contentIn)
    const inFlight = await inFlightOf(whole, uninterrupted)
    await end(whole)
    return {
      queries,
      uninterrupted,
      inFlight,
      begin,
      async compare(place, taskId) {
        const odd = await oddIn(place, taskId, wanted)
        await end(place)
        return odd
      },
      isWholeAnswer: (answers) => [earlierAnswers, presentAnswers].includes(answers),
      remove,
    }
  } catch (error) {
    await remove()
    throw error
  }
}
