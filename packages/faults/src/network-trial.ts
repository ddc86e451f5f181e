/** One run of an index behind a network that breaks, and what is left of it. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CairnError,
  createIndexer,
  type Embedder,
  type Indexer,
  type IndexRun,
  type Storage,
} from '@cairn/core'
import type { IndexEventOf } from '@cairn/protocol'
import { createFaultyProxy, type FaultyProxy } from '@cairn/servers/faulty-proxy'
import { sqlite } from '@cairn/store-sqlite'
import type { NetworkCase } from './network-cases.ts'
import type { NetworkSubject } from './network-subject.ts'
import { contentOf, type StoredContent } from './stored-content.ts'

type Health = IndexEventOf<'health.changed'>['health']

/** What one run is made from. */
export interface TrialOptions {
  readonly subject: NetworkSubject
  /** The folder of the repository, for subjects that bring no source of their own. */
  readonly repositoryPath: string
  readonly repository: string
  readonly embedder: Embedder
  readonly signal: AbortSignal
}

/** What a run left. */
export interface TrialResult {
  readonly content: StoredContent
  /** Bytes that went through the proxy. */
  readonly carried: number
  /** Texts that were embedded more than once, of all that were. */
  readonly redonePercent: number
  /** What was not as it should be, in sentences. */
  readonly complaints: readonly string[]
}

/** How the network is while a run goes. */
export interface Weather {
  readonly it: NetworkCase
  /** Carried bytes after which a fault of the middle begins. */
  readonly atBytes: number
}

// A budget that ends soon, and one that no fault of the bench outlasts.
const shortBudget = 2
const longBudget = 60
// Where an answer never comes its time is soon over, and else not on a busy machine either.
const shortTimeoutMs = 4_000
const longTimeoutMs = 60_000
const silences: readonly string[] = ['half-open', 'swallow', 'garbage']

/** Indexes through a proxy before the subject; null: a network without a fault. */
export async function runTrial(
  options: TrialOptions,
  weather: Weather | null,
): Promise<TrialResult> {
  const { subject, repository, signal } = options
  const folder = await mkdtemp(join(tmpdir(), 'cairn-network-'))
  const proxy = await createFaultyProxy(subject.port)
  const embedded = sqlite({ path: join(folder, 'cairn.db') })
  const isSilent = weather !== null && silences.includes(kindOf(weather.it))
  const reached = await subject.reach(proxy.port, isSilent ? shortTimeoutMs : longTimeoutMs)
  const storage: Storage = { ...embedded, ...reached.storage }
  const counted = counting(options.embedder)
  const earlier = subject.embedded?.length ?? 0
  const indexer = createIndexer({
    storage,
    embedder: reached.embedder ?? counted.embedder,
    cloneDirectory: join(folder, 'clones'),
    limits: {
      retries: weather?.it.ends === 'after the run failed' ? shortBudget : longBudget,
      concurrentRuns: 1,
    },
  })
  try {
    const start = (): IndexRun =>
      reached.source
        ? indexer.index({ ...reached.source, name: repository, signal })
        : indexer.index({ path: options.repositoryPath, name: repository, signal })
    const complaints = await (weather
      ? runInWeather({ subject, proxy, indexer, start, signal }, weather)
      : start().finished.then(() => []))
    const carried = proxy.carried()
    const texts = subject.embedded?.slice(earlier) ?? counted.texts
    return {
      content: (await contentOf(storage, repository)) ?? new Map(),
      carried,
      redonePercent: (100 * (texts.length - new Set(texts).size)) / Math.max(1, texts.length),
      complaints,
    }
  } finally {
    await indexer.close()
    await proxy.become(null)
    await reached.close()
    await embedded.close()
    await proxy.close()
    await subject.clear(repository)
    await rm(folder, { recursive: true, force: true })
  }
}

function kindOf({ fault }: NetworkCase): string {
  return fault === 'cut' ? fault : fault.kind
}

interface RunInWeather {
  readonly subject: NetworkSubject
  readonly proxy: FaultyProxy
  readonly indexer: Indexer
  readonly start: () => IndexRun
  readonly signal: AbortSignal
}

/** Runs, or resumes, until the index is there; what was not said or done as promised. */
async function runInWeather(
  { subject, proxy, indexer, start, signal }: RunInWeather,
  { it, atBytes }: Weather,
): Promise<string[]> {
  const complaints: string[] = []
  const waits: Health[] = []
  const startedAt = Date.now()
  const changes: Promise<void>[] = []
  let hasBegun = false
  const begin = (): void => {
    hasBegun = true
    if (it.fault === 'cut') proxy.cut()
    else changes.push(proxy.become(it.fault))
  }
  if (it.begins === 'before the run') begin()
  else proxy.at(atBytes, begin)
  await Promise.all(changes)

  const run = start()
  let last: Health | null = null
  run.on('health.changed', ({ health }) => {
    last = health
    if (health.state !== 'waiting') return
    waits.push(health)
    if (it.ends === 'once it is waited for') changes.push(proxy.become(null))
  })
  const failure = await run.finished.then(
    () => null,
    (error: unknown) => error,
  )
  proxy.at(null, begin)
  signal.throwIfAborted()
  if (it.ends === 'after the run failed') {
    await proxy.become(null)
    const { status } = await indexer.status(run.taskId)
    if (failure === null || status !== 'failed') complaints.push(`it ended ${status}, not failed`)
    else {
      if (!CairnError.isInstance(failure) || !failure.recoverable) {
        complaints.push(`it failed as what cannot be helped: ${String(failure)}`)
      }
      await (await indexer.resume(run.taskId, { signal })).finished
    }
  } else if (failure !== null) {
    complaints.push(`it failed: ${String(failure)}`)
    await proxy.become(null)
    await (await indexer.resume(run.taskId, { signal })).finished
  } else if (last !== null && (last as Health).state !== 'ok') {
    complaints.push(`its health ended as ${(last as Health).state}`)
  }
  await Promise.all(changes)
  if (!hasBegun) complaints.push('the fault never began')
  if (it.ends !== 'with the run') complaints.push(...complaintsOf(waits, subject, startedAt))
  return complaints
}

/** Whether the run said that it waits, for whom and since when. */
function complaintsOf(
  waits: readonly Health[],
  { waitedFor }: NetworkSubject,
  startedAt: number,
): string[] {
  if (waits.length === 0) return ['it never said that it waits']
  return waits.flatMap(({ detail, since }) => [
    ...(detail?.includes(waitedFor) ? [] : [`it waited for something else: ${detail}`]),
    ...(since.getTime() >= startedAt && since.getTime() <= Date.now()
      ? []
      : [`it waited since ${since.toISOString()}`]),
  ])
}

/** An embedder that remembers what it embedded. */
function counting(embedder: Embedder): { embedder: Embedder; texts: string[] } {
  const texts: string[] = []
  return {
    texts,
    embedder: {
      ...embedder,
      embedDocuments(batch, options) {
        texts.push(...batch)
        return embedder.embedDocuments(batch, options)
      },
    },
  }
}
