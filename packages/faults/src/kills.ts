import {
  type CallCounts,
  everyCall,
  nameOf,
  pointAt,
  pointsAt,
  storeCalls,
} from './break-points.ts'
import { goOnAndCompare, killAndGoOn, runInPlace } from './broken-run.ts'
import type { Fault, FaultOutcome } from './fault.ts'
import { tryEach } from './outcome.ts'
import { type PreparedRun, prepareRun } from './prepared-run.ts'
import { createRandom } from './random.ts'
import { type BreakPoint, startProcess } from './started-process.ts'

/** Every boundary of a stage, as an event says it. */
const stages = ['analyzing', 'parsing', 'embedding', 'storing', 'validating'] as const
const stageBoundaries: readonly BreakPoint[] = [
  { break: 'process', event: 'run.queued' },
  { break: 'process', event: 'run.started' },
  ...stages.flatMap((stage): BreakPoint[] => [
    { break: 'process', event: 'stage.started', stage },
    { break: 'process', event: 'stage.completed', stage },
  ]),
  { break: 'process', event: 'run.completed' },
]

/** Calls that end or begin a batch of work, or a step of the commit. */
const batchCalls = [
  'plans.begin',
  'plans.add',
  'plans.complete',
  'spool.write',
  'embedder.embedDocuments',
  'cache.put',
  ...storeCalls,
  'spool.sweep',
  'text.unindexed',
]

/** Small enough that every boundary can be tried. */
const small = { before: 40, after: 80 }
/** Large enough that a batch is a small part of it. */
const large = { before: 200, after: 1_000 }
/** Large enough that all that is on its way is. */
const largest = { before: 200, after: 3_000 }

const shortStages: readonly BreakPoint[] = [
  { break: 'process', event: 'run.queued' },
  { break: 'process', event: 'stage.completed', stage: 'analyzing' },
  { break: 'process', event: 'stage.completed', stage: 'embedding' },
  { break: 'process', event: 'stage.started', stage: 'validating' },
]
/** One of each stage that writes, and the commit. */
function shortBatches(calls: CallCounts): BreakPoint[] {
  const kill = { break: 'process' } as const
  return [
    pointAt(calls, { ...kill, call: 'spool.write', when: 'after' }, 0),
    pointAt(calls, { ...kill, call: 'cache.put', when: 'before' }, 0.5),
    pointAt(calls, { ...kill, call: 'ledger.stage', when: 'after' }, 0.5),
    pointAt(calls, { ...kill, call: 'ledger.commit', when: 'after' }, 1),
  ]
}

/** The process is killed at every boundary, and threads of it are ended. */
export const kills: Fault = {
  name: 'kills',
  async run({ form, signal }) {
    const prepared = await prepareRun(small.before, small.after, signal)
    try {
      const { calls } = prepared.uninterrupted
      const isLong = form === 'long'
      const boundaries = isLong ? stageBoundaries : shortStages
      const batches = isLong
        ? everyCall(calls, batchCalls, ['before', 'after'])
        : shortBatches(calls)
      const ends = isLong ? threadEnds(calls) : shortThreadEnds(calls)
      return [
        await killedAt('SIGKILL at a boundary of a stage', prepared, boundaries, signal),
        await killedAt('SIGKILL at a boundary of a batch', prepared, batches, signal),
        await threadsEnded(prepared, ends, signal),
        ...(isLong ? [await killedInLargest(signal)] : []),
      ]
    } finally {
      await prepared.remove()
    }
  },
}

/** What is done again of a run of 3,000 files is a small share of it. */
async function killedInLargest(signal: AbortSignal): Promise<FaultOutcome> {
  const prepared = await prepareRun(largest.before, largest.after, signal)
  try {
    const { calls } = prepared.uninterrupted
    const points = ['spool.write', 'cache.put', 'graph.upsert', 'ledger.stage'].flatMap((call) =>
      pointsAt(calls, { break: 'process', call, when: 'before' }, [0.25, 0.5, 0.75]),
    )
    return await killedAt('SIGKILL in a run of 3,000 files', prepared, points, signal)
  } finally {
    await prepared.remove()
  }
}

/** The process is killed at any moment. */
export const moments: Fault = {
  name: 'moments',
  async run({ form, seed, signal }) {
    const { before, after } = form === 'long' ? large : small
    const prepared = await prepareRun(before, after, signal)
    try {
      return [await killedAtRandom(prepared, form === 'long' ? 100 : 2, seed, signal)]
    } finally {
      await prepared.remove()
    }
  },
}

function shortThreadEnds(calls: CallCounts): BreakPoint[] {
  return [
    pointAt(calls, { break: 'store thread', call: 'cache.put', when: 'before' }, 0),
    pointAt(calls, { break: 'pool thread', call: 'spool.write', when: 'before' }, 0),
  ]
}

/** The threads of the store and those of the pools, at calls while which they work. */
function threadEnds(calls: CallCounts): BreakPoint[] {
  const store = { break: 'store thread' } as const
  const pool = { break: 'pool thread' } as const
  const halfWay = ['plans.add', 'spool.write', 'cache.put', 'graph.upsert', 'ledger.commit']
  return [
    ...halfWay.map((call) => pointAt(calls, { ...store, call, when: 'before' }, 0.5)),
    pointAt(calls, { ...store, call: 'ledger.stage', when: 'after' }, 0.5),
    pointAt(calls, { ...store, call: 'text.unindexed', when: 'before' }, 0),
    pointAt(calls, { ...pool, call: 'spool.write', when: 'before' }, 0),
    pointAt(calls, { ...pool, call: 'spool.write', when: 'after' }, 0),
    pointAt(calls, { ...pool, call: 'cache.put', when: 'before' }, 0),
    pointAt(calls, { ...pool, call: 'cache.put', when: 'after' }, 0.5),
  ]
}

function killedAt(
  fault: string,
  prepared: PreparedRun,
  points: readonly BreakPoint[],
  signal: AbortSignal,
): Promise<FaultOutcome> {
  return tryEach(fault, points, signal, (point) => killAndGoOn(prepared, point, signal))
}

/** A run survives the end of a thread, or fails and can go on: either way its index is whole in the end. */
function threadsEnded(
  prepared: PreparedRun,
  points: readonly BreakPoint[],
  signal: AbortSignal,
): Promise<FaultOutcome> {
  return tryEach('a thread of the store or of a pool ended', points, signal, async (point) => {
    const { place, report } = await runInPlace(prepared, { breaks: [point] }, signal)
    if (!report.ended) throw new Error(`There was no thread to end ${nameOf(point)}.`)
    return goOnAndCompare(prepared, place, report, nameOf(point), signal)
  })
}

async function killedAtRandom(
  prepared: PreparedRun,
  count: number,
  seed: number,
  signal: AbortSignal,
): Promise<FaultOutcome> {
  const random = createRandom(seed)
  const shares = Array.from({ length: count }, random)
  const fault = 'SIGKILL at a random moment'
  // A machine that is less busy now may be through before the moment comes; that is a moment too.
  const outcome = await tryEach(fault, shares, signal, async (share) => {
    const place = await prepared.begin()
    const { child, ended } = startProcess(place, signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), share * prepared.uninterrupted.wallMs)
    const report = await ended.finally(() => clearTimeout(timer))
    const what = `after ${(share * 100).toFixed(1)} % of the time`
    return goOnAndCompare(prepared, place, report, what, signal)
  })
  return { ...outcome, notes: [`seed ${seed}`, ...outcome.notes] }
}
