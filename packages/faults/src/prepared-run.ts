import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIndexer, type Indexer, type LedgerFile, type Storage } from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import { sqlite } from '@cairn/store-sqlite'
import { answersTo } from './answers.ts'
import { editRepository, madeWord, makeRepository } from './made-repository.ts'
import { openServerStores } from './server-stores.ts'
import { type Assignment, type ProcessReport, startProcess, type Work } from './started-process.ts'
import {
  contentOf,
  differences,
  graphContentOf,
  graphRowsOf,
  ledgerFiles,
  type StoredContent,
} from './stored-content.ts'
import { oddEvents } from './task-events.ts'

/** What a process indexes, and where. */
export type Place = Pick<Assignment, 'path' | 'data' | 'batchSize' | 'stores'>

/** A repository that is indexed and has changed since, and what indexing it again makes of it. */
export interface PreparedRun {
  /** Words that tell its states apart. */
  readonly queries: readonly string[]
  /** What a run does that nothing breaks. */
  readonly uninterrupted: ProcessReport
  /** What of it may be on its way at one time. */
  readonly inFlight: Work
  /** The earlier state, for one try. */
  begin(): Promise<Place>
  /** What a try has left in its place and should not have, or not left and should have; the place goes. */
  compare(place: Place, taskId: string): Promise<readonly string[]>
  /** Whether these are the answers of the earlier state, or of the present one, and not of a mixture. */
  isWholeAnswer(answers: string): boolean
  remove(): Promise<void>
}

/** {@link prepareRun} has the embedded store alone. */
export interface EmbeddedRun extends PreparedRun {
  /** Bytes of the store before the run. */
  readonly bytesBefore: number
  /** The same after the run that nothing broke. */
  readonly bytesAfter: number
}

/** What every repository of the bench is called. */
export const repositoryName = 'made'

// Smaller ones than the embedder asks for make more boundaries of a small run.
const smallRunFiles = 200
const smallBatch = 64

/** Indexes `before` files, changes some, adds `after`, and indexes once without a fault. */
export async function prepareRun(
  before: number,
  after: number,
  signal: AbortSignal,
): Promise<EmbeddedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-faults-'))
  const path = join(folder, repositoryName)
  const batchSize = before + after < smallRunFiles ? smallBatch : null
  const place = (name: string): Place => ({
    path,
    data: join(folder, name),
    batchSize,
    stores: null,
  })
  const [earlier, fresh, whole] = ['earlier', 'fresh', 'whole'].map(place) as [Place, Place, Place]
  const queries = queriesOf(before)
  let tries = 0
  try {
    makeRepository(path, before)
    await startProcess(earlier, signal).ended
    const earlierAnswers = await answersIn(earlier, queries)
    editRepository(path, before, after)
    cpSync(earlier.data, whole.data, { recursive: true })
    const uninterrupted = await startProcess(whole, signal).ended
    const presentAnswers = await answersIn(whole, queries)
    if (earlierAnswers === presentAnswers) throw new Error('The two states give the same answers.')
    // An index of the present state that never had another.
    const { completed } = await startProcess(fresh, signal).ended
    const wanted = await reading(fresh, contentIn)
    if (!completed || !uninterrupted.completed) throw new Error('A run without a fault failed.')
    const odd = differences(wanted, await reading(whole, contentIn))
    if (odd.length > 0)
      throw new Error(`Runs without a fault differ: ${odd.slice(0, 5).join('; ')}`)
    return {
      queries,
      uninterrupted,
      inFlight: await inFlightOf(whole, uninterrupted),
      bytesBefore: bytesOf(earlier),
      bytesAfter: bytesOf(whole),
      async begin() {
        tries += 1
        const begun = place(`try${tries}`)
        cpSync(earlier.data, begun.data, { recursive: true })
        return begun
      },
      async compare(tried, taskId) {
        const odd = await oddIn(tried, taskId, wanted)
        rmSync(tried.data, { recursive: true, force: true })
        return odd
      },
      isWholeAnswer: (answers) => [earlierAnswers, presentAnswers].includes(answers),
      remove: async () => rmSync(folder, { recursive: true, force: true }),
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/** One word that stays as it is, one that changes, one that goes, one that moves and one that comes. */
export function queriesOf(before: number): string[] {
  return [0, 7, 3, 5, before].map(madeWord)
}

/** What searches give where nothing runs any more. */
export function answersIn(place: Place, queries: readonly string[]): Promise<string> {
  return indexingIn(place, async (indexer) => JSON.stringify(await answersTo(indexer, queries)))
}

/** Works with an indexer of this process on a place, which no other may be at. */
export async function indexingIn<T>(
  place: Place,
  work: (indexer: Indexer) => Promise<T>,
): Promise<T> {
  const embedded = sqlite({ path: join(place.data, 'cairn.db') })
  const servers = openServerStores(place.stores)
  const embedder = staticEmbedder({ threads: 1 })
  const indexer = createIndexer({
    storage: { ...embedded, ...servers.storage },
    embedder,
    cloneDirectory: join(place.data, 'clones'),
  })
  try {
    return await work(indexer)
  } finally {
    await indexer.close()
    await embedder.close?.()
    await servers.close()
    await embedded.close()
  }
}

/** What of the run in this place may be on its way, in the units in which work is counted. */
export async function inFlightOf(place: Place, { inFlight, work }: ProcessReport): Promise<Work> {
  const counted = Object.entries(work).filter(([, amount]) => amount > 0)
  if (counted.length < Object.keys(work).length || inFlight === null) {
    throw new Error(`Not all of the work is counted: ${JSON.stringify(work)}.`)
  }
  const files = await reading(place, ({ journal }) => ledgerFiles(journal, repositoryName))
  // The embedded store takes the vectors of a file by its name.
  const vectorRows = (file: LedgerFile): number => (place.stores?.chroma ? file.chunkCount : 1)
  const edgeRows = (file: LedgerFile): number => file.edgeSetNodes + file.edgeSetEdges
  const rows = Math.max(
    sumOfMost(
      inFlight.storedFiles,
      files.map((file) => vectorRows(file) + file.nodeCount + edgeRows(file)),
    ),
    // Those come after all the others.
    sumOfMost(inFlight.resolvedFiles, files.map(edgeRows)),
  )
  return { files: inFlight.parsedFiles, texts: inFlight.texts, rows }
}

/** So many of the numbers that are the largest, together. */
function sumOfMost(count: number, numbers: readonly number[]): number {
  const largest = numbers.toSorted((one, other) => other - one).slice(0, count)
  return largest.reduce((sum, number) => sum + number, 0)
}

function bytesOf({ data }: Place): number {
  return statSync(join(data, 'cairn.db')).size
}

/** What is not as it should be of what a try left in a place. */
export async function oddIn(
  place: Place,
  taskId: string,
  wanted: StoredContent,
): Promise<string[]> {
  return reading(place, async (store, here) => [
    ...differences(wanted, await contentIn(store, here)),
    ...(await oddEvents(store.journal, taskId)),
  ])
}

/** All that the stores hold in a place, to the last row. */
export async function contentIn(store: Storage, { data, stores }: Place): Promise<StoredContent> {
  const content = (await contentOf(store, repositoryName)) ?? new Map<string, string>()
  const graph = stores?.neo4j
    ? await graphContentOf(store.graph, repositoryName)
    : graphRowsOf(join(data, 'cairn.db'))
  return new Map([...content, ...graph])
}

/** Reads what the stores of a place hold. */
export async function reading<T>(
  place: Place,
  read: (store: Storage, place: Place) => Promise<T>,
): Promise<T> {
  const store = sqlite({ path: join(place.data, 'cairn.db'), readOnly: true })
  const servers = openServerStores(place.stores)
  try {
    return await read({ ...store, ...servers.storage }, place)
  } finally {
    await servers.close()
    await store.close()
  }
}
