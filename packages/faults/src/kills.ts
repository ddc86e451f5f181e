import { goOnAndCompare, type PreparedRun, prepareRun, runOnCopy } from './broken-run.ts'
import type { Fault, FaultOutcome } from './fault.ts'
import { tryEach } from './outcome.ts'
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
  'vectors.upsertSpooled',
  'graph.upsert',
  'ledger.stage',
  'ledger.commit',
  'vectors.delete',
  'graph.deleteOwners',
  'ledger.collected',
  'spool.sweep',
  'vectors.ids',
  'graph.owners',
  'text.unindexed',
]

/** Small enough that every boundary can be tried. */
const small = { before: 40, after: 80 }
/** Large enough that a batch is a small part of it. */
const large = { before: 200, after: 1_000 }

const shortStages: readonly BreakPoint[] = [
  { break: 'process', event: 'run.queued' },
  { break: 'process', event: 'stage.completed', stage: 'analyzing' },
  { break: 'process', event: 'stage.completed', stage: 'embedding' },
  { break: 'process', event: 'stage.started', stage: 'validating' },
]
const shortBatches: readonly BreakPoint[] = [
  { break: 'process', call: 'spool.write', nth: 1, when: 'after' },
  { break: 'process', call: 'cache.put', nth: 1, when: 'before' },
  { break: 'process', call: 'ledger.stage', nth: 2, when: 'after' },
  { break: 'process', call: 'ledger.commit', nth: 1, when: 'after' },
]

/** The process is killed at every boundary, and threads of it are ended. */
export const kills: Fault = {
  name: 'kills',
  async run({ form, signal }) {
    const prepared = await prepareRun(small.before, small.after, signal)
    try {
      const { calls } = prepared.uninterrupted
      const isLong = form === 'long'
      const boundaries = isLong ? stageBoundaries : shortStages
      const batches = isLong ? batchBoundaries(calls) : shortBatches
      const ends = isLong ? threadEnds(calls) : shortThreadEnds
      return [
        await killedAt('SIGKILL at a boundary of a stage', prepared, boundaries, signal),
        await killedAt('SIGKILL at a boundary of a batch', prepared, batches, signal),
        await threadsEnded(prepared, ends, signal),
      ]
    } finally {
      prepared.remove()
    }
  },
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
      prepared.remove()
    }
  },
}

/** Every call of every kind that was counted, alternately before and after it. */
function batchBoundaries(calls: Readonly<Record<string, number>>): BreakPoint[] {
  return batchCalls.flatMap((call) =>
    Array.from({ length: calls[call] ?? 0 }, (_, index): BreakPoint => {
      return { break: 'process', call, nth: index + 1, when: index % 2 === 0 ? 'before' : 'after' }
    }),
  )
}

const shortThreadEnds: readonly BreakPoint[] = [
  { break: 'store thread', call: 'cache.put', nth: 1, when: 'before' },
  { break: 'pool thread', call: 'spool.write', nth: 1, when: 'before' },
]

/** The threads of the store and those of the pools, at calls while which they work. */
function threadEnds(calls: Readonly<Record<string, number>>): BreakPoint[] {
  const storeCalls = ['plans.add', 'spool.write', 'cache.put', 'graph.upsert', 'ledger.commit']
  return [
    ...storeCalls.map((call): BreakPoint => {
      return { break: 'store thread', call, nth: Math.ceil((calls[call] ?? 1) / 2), when: 'before' }
    }),
    { break: 'store thread', call: 'ledger.stage', nth: 3, when: 'after' },
    { break: 'store thread', call: 'text.unindexed', nth: 1, when: 'before' },
    { break: 'pool thread', call: 'spool.has', nth: 1, when: 'after' },
    { break: 'pool thread', call: 'spool.write', nth: 1, when: 'before' },
    { break: 'pool thread', call: 'spool.write', nth: 1, when: 'after' },
    { break: 'pool thread', call: 'cache.put', nth: 1, when: 'before' },
  ]
}

function killedAt(
  fault: string,
  prepared: PreparedRun,
  points: readonly BreakPoint[],
  signal: AbortSignal,
): Promise<FaultOutcome> {
  return tryEach(fault, points, signal, async (point) => {
    const { data, report } = await runOnCopy(prepared, { breaks: [point] }, signal)
    if (report.signal !== 'SIGKILL') throw new Error(`Nothing was killed at ${nameOf(point)}.`)
    return goOnAndCompare(prepared, data, report, nameOf(point), signal)
  })
}

/** A run survives the end of a thread, or fails and can go on: either way its index is whole in the end. */
function threadsEnded(
  prepared: PreparedRun,
  points: readonly BreakPoint[],
  signal: AbortSignal,
): Promise<FaultOutcome> {
  return tryEach('a thread of the store or of a pool ended', points, signal, async (point) => {
    const { data, report } = await runOnCopy(prepared, { breaks: [point] }, signal)
    if (!report.ended) throw new Error(`There was no thread to end at ${nameOf(point)}.`)
    return goOnAndCompare(prepared, data, report, nameOf(point), signal)
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
    const data = prepared.copyOfData()
    const { child, ended } = startProcess({ path: prepared.path, data }, signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), share * prepared.uninterrupted.wallMs)
    const report = await ended.finally(() => clearTimeout(timer))
    const what = `after ${(share * 100).toFixed(1)} % of the time`
    return goOnAndCompare(prepared, data, report, what, signal)
  })
  return { ...outcome, notes: [`seed ${seed}`, ...outcome.notes] }
}

function nameOf({ call, nth, when, event, stage }: BreakPoint): string {
  return call === undefined ? [event, stage].join(' ').trim() : `${when} ${call} number ${nth}`
}
