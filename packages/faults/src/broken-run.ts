import { cpSync, mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Storage } from '@cairn/core'
import { foldStatus, isTerminal, type StatusDocument, stageWeights } from '@cairn/protocol'
import { sqlite } from '@cairn/store-sqlite'
import { editRepository, madeWord, makeRepository } from './made-repository.ts'
import { type Assignment, type ProcessReport, startProcess, type Work } from './started-process.ts'
import { contentOf, differences, graphRowsOf, type StoredContent } from './stored-content.ts'

/** A repository that is indexed and has changed since, and what indexing it again makes of it. */
export interface PreparedRun {
  /** The repository, as it is now. */
  readonly path: string
  /** Words that tell its states apart. */
  readonly queries: readonly string[]
  /** What a run does that nothing breaks. */
  readonly uninterrupted: ProcessReport
  /** Bytes of the store after that. */
  readonly bytesAfter: number
  /** A folder of data with the earlier state in it, for one try. */
  copyOfData(): string
  /** What a try has left in its folder and should not have, or not left and should have. */
  compare(data: string, taskId: string): Promise<readonly string[]>
  /** Whether these are the answers of the earlier state, or of the present one, and not of a mixture. */
  isWholeAnswer(hits: ProcessReport['hits']): boolean
  remove(): void
}

/** What came of one try. */
export interface Try {
  /** Where it was broken, for people. */
  readonly what: string
  readonly differences: readonly string[]
  readonly redonePercent: number
  /** What the process said that went on. */
  readonly next: ProcessReport
}

const repositoryName = 'made'

/** Indexes `before` files, changes some, adds `after`, and indexes once without a fault. */
export async function prepareRun(
  before: number,
  after: number,
  signal: AbortSignal,
): Promise<PreparedRun> {
  const folder = mkdtempSync(join(tmpdir(), 'cairn-faults-'))
  const path = join(folder, repositoryName)
  const earlier = join(folder, 'earlier')
  const fresh = join(folder, 'fresh')
  const whole = join(folder, 'whole')
  // One that stays as it is, one that changes, one that goes, one that moves and one that comes.
  const queries = [0, 7, 3, 5, before].map(madeWord)
  const answers = async (data: string, taskId: string | null): Promise<string> => {
    const { hits } = await startProcess({ path, data, resume: taskId, queries }, signal).ended
    return JSON.stringify(hits)
  }
  let tries = 0
  try {
    makeRepository(path, before)
    const first = await startProcess({ path, data: earlier }, signal).ended
    const earlierHits = await answers(earlier, first.taskId)
    editRepository(path, before, after)
    cpSync(earlier, whole, { recursive: true })
    const uninterrupted = await startProcess({ path, data: whole }, signal).ended
    const presentHits = await answers(whole, uninterrupted.taskId)
    if (earlierHits === presentHits) throw new Error('The two states give the same answers.')
    // An index of the present state that never had another.
    const { completed } = await startProcess({ path, data: fresh }, signal).ended
    const wanted = await everythingOf(fresh)
    if (!completed || !uninterrupted.completed) throw new Error('A run without a fault failed.')
    const odd = differences(wanted, await everythingOf(whole))
    if (odd.length > 0)
      throw new Error(`Runs without a fault differ: ${odd.slice(0, 5).join('; ')}`)
    if (uninterrupted.work.files === 0)
      throw new Error('The files that are parsed are not counted.')
    return {
      path,
      queries,
      uninterrupted,
      bytesAfter: statSync(join(whole, 'cairn.db')).size,
      copyOfData() {
        tries += 1
        const data = join(folder, `try${tries}`)
        cpSync(earlier, data, { recursive: true })
        return data
      },
      async compare(data, taskId) {
        const odd = await reading(data, async (store, file) => [
          ...differences(wanted, await everythingIn(store, file)),
          ...(await oddEvents(store.journal, taskId)),
        ])
        rmSync(data, { recursive: true, force: true })
        return odd
      },
      isWholeAnswer: (hits) => [earlierHits, presentHits].includes(JSON.stringify(hits)),
      remove: () => rmSync(folder, { recursive: true, force: true }),
    }
  } catch (error) {
    rmSync(folder, { recursive: true, force: true })
    throw error
  }
}

/**
 * Starts again what was broken and lets it come to its end: while nothing runs, searches have to answer from
 * one state; then the task goes on, and what it leaves has to be what an uninterrupted run leaves.
 */
export async function goOnAndCompare(
  prepared: PreparedRun,
  data: string,
  broken: ProcessReport,
  what: string,
  signal: AbortSignal,
): Promise<Try> {
  const { path, queries } = prepared
  const next = await startProcess({ path, data, resume: broken.taskId, queries }, signal).ended
  const odd: string[] = []
  if (!prepared.isWholeAnswer(next.hits)) odd.push('answers while it was down')
  if (!next.completed) odd.push(`the end of the run: ${next.error?.message}`)
  odd.push(...(await prepared.compare(data, next.taskId ?? '')))
  const redonePercent = redone(prepared.uninterrupted.work, broken.work, next.work)
  return { what, differences: odd, redonePercent, next }
}

/** Runs with something to break in it, to its end. */
export function brokenRun(
  prepared: PreparedRun,
  data: string,
  assignment: Partial<Assignment>,
  signal: AbortSignal,
): Promise<ProcessReport> {
  return startProcess({ ...assignment, path: prepared.path, data }, signal).ended
}

/** {@link brokenRun} on a copy of its own. */
export async function runOnCopy(
  prepared: PreparedRun,
  assignment: Partial<Assignment>,
  signal: AbortSignal,
): Promise<{ data: string; report: ProcessReport }> {
  const data = prepared.copyOfData()
  return { data, report: await brokenRun(prepared, data, assignment, signal) }
}

/** What was done twice, in percent of the run, weighed as its progress weighs its stages. */
function redone(whole: Work, first: Work, second: Work): number {
  const weights = [
    { kind: 'files', weight: stageWeights.parsing },
    { kind: 'texts', weight: stageWeights.embedding },
    { kind: 'rows', weight: stageWeights.storing },
  ] as const
  let again = 0
  let sum = 0
  for (const { kind, weight } of weights) {
    again += (weight * Math.max(0, first[kind] + second[kind] - whole[kind])) / whole[kind]
    sum += weight
  }
  return (100 * again) / sum
}

async function everythingOf(data: string): Promise<StoredContent> {
  return reading(data, (store, path) => everythingIn(store, path))
}

async function everythingIn(store: Storage, path: string): Promise<StoredContent> {
  const content = (await contentOf(store, repositoryName)) ?? new Map<string, string>()
  return new Map([...content, ...graphRowsOf(path)])
}

async function reading<T>(
  data: string,
  read: (store: Storage, path: string) => Promise<T>,
): Promise<T> {
  const path = join(data, 'cairn.db')
  const store = sqlite({ path, readOnly: true })
  try {
    return await read(store, path)
  } finally {
    await store.close()
  }
}

/** What is wrong with the events of a task: some lack, progress goes back, or they do not give its status. */
async function oddEvents({ tasks }: Storage['journal'], taskId: string): Promise<string[]> {
  const odd: string[] = []
  let folded: StatusDocument | null = null
  for (;;) {
    const after = folded?.seq ?? 0
    const events = await tasks.events(taskId, { after, limit: 1_000 })
    if (events.length === 0) break
    for (const event of events) {
      const before: StatusDocument | null = folded
      folded = foldStatus(before, event)
      if (event.seq !== (before?.seq ?? 0) + 1) odd.push(`event ${event.seq} follows a gap`)
      if (before && folded.overallProgress < before.overallProgress) {
        odd.push(`event ${event.seq} takes progress back`)
      }
      if (!isSane(folded)) odd.push(`event ${event.seq} gives figures that cannot be`)
    }
  }
  const stored = await tasks.status(taskId)
  if (folded?.status !== 'completed') odd.push(`the task is ${folded?.status}`)
  if (JSON.stringify(stored) !== JSON.stringify(folded)) odd.push('the status of the task')
  return odd
}

/** No run of this size takes an hour, and nothing of it is done in less than no time. */
function isSane(status: StatusDocument): boolean {
  const { processingTime, eta, embeddingProgress, throughputFilesPerSecond } = status
  const seconds = [processingTime, eta?.lowSeconds ?? 0, eta?.highSeconds ?? 0]
  const rates = [throughputFilesPerSecond, embeddingProgress.embeddingRate]
  return (
    seconds.every((value) => value >= 0 && (value < 3_600 || !isTerminal(status.status))) &&
    rates.every((value) => value >= 0 && value < 1_000_000) &&
    status.health.state !== 'stalled'
  )
}
