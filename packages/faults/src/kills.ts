import { brokenRun, goOnAndCompare, type PreparedRun, prepareRun, type Try } from './broken-run.ts'
import type { Fault, FaultOutcome } from './fault.ts'
import { outcomeOf } from './outcome.ts'
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
  { break: 'process', call: 'ledger.stage', nth: 8, when: 'after' },
  { break: 'process', call: 'ledger.commit', nth: 1, when: 'after' },
]

/** The process is killed: at every boundary, and at any moment between them. */
export const kills: Fault = {
  name: 'kills',
  async run({ form, seed, signal }) {
    const outcomes: FaultOutcome[] = []
    const prepared = await prepareRun(small.before, small.after, signal)
    try {
      const { calls } = prepared.uninterrupted
      const isLong = form === 'long'
      outcomes.push(
        await killedAt(
          'SIGKILL at a boundary of a stage',
          prepared,
          isLong ? stageBoundaries : shortStages,
          signal,
        ),
        await killedAt(
          'SIGKILL at a boundary of a batch',
          prepared,
          isLong ? batchBoundaries(calls) : shortBatches,
          signal,
        ),
        await threadsEnded(prepared, isLong ? threadEnds(calls) : shortThreadEnds, signal),
      )
      if (!isLong) outcomes.push(await killedAtRandom(prepared, 2, seed, signal))
    } finally {
      prepared.remove()
    }
    if (form === 'long') {
      const wide = await prepareRun(large.before, large.after, signal)
      try {
        outcomes.push(await killedAtRandom(wide, 100, seed, signal))
      } finally {
        wide.remove()
      }
    }
    return outcomes
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

async function killedAt(
  fault: string,
  prepared: PreparedRun,
  points: readonly BreakPoint[],
  signal: AbortSignal,
): Promise<FaultOutcome> {
  const tries: Try[] = []
  for (const point of points) {
    signal.throwIfAborted()
    const data = prepared.copyOfData()
    const broken = await brokenRun(prepared, data, { breaks: [point] }, signal)
    if (broken.signal !== 'SIGKILL') throw new Error(`Nothing was killed at ${nameOf(point)}.`)
    tries.push(await goOnAndCompare(prepared, data, broken, nameOf(point), signal))
  }
  return outcomeOf(fault, tries)
}

/** A run survives the end of a thread, or fails and can go on: either way its index is whole in the end. */
async function threadsEnded(
  prepared: PreparedRun,
  points: readonly BreakPoint[],
  signal: AbortSignal,
): Promise<FaultOutcome> {
  const tries: Try[] = []
  for (const point of points) {
    signal.throwIfAborted()
    const data = prepared.copyOfData()
    const broken = await brokenRun(prepared, data, { breaks: [point] }, signal)
    if (broken.ended === 0) throw new Error(`There was no thread to end at ${nameOf(point)}.`)
    tries.push(await goOnAndCompare(prepared, data, broken, nameOf(point), signal))
  }
  return outcomeOf('a thread of the store or of a pool ended', tries)
}

async function killedAtRandom(
  prepared: PreparedRun,
  count: number,
  seed: number,
  signal: AbortSignal,
): Promise<FaultOutcome> {
  const random = createRandom(seed)
  const tries: Try[] = []
  // The machine may be busier now than when the run was measured: what came to its end first is no try.
  for (let index = 0; index < count; index++) {
    signal.throwIfAborted()
    const share = random()
    const delayMs = share * prepared.uninterrupted.wallMs
    const data = prepared.copyOfData()
    const { child, ended } = startProcess({ path: prepared.path, data }, signal)
    const timer = setTimeout(() => child.kill('SIGKILL'), delayMs)
    const broken = await ended
    clearTimeout(timer)
    const what = `after ${(share * 100).toFixed(1)} % of the time`
    tries.push(await goOnAndCompare(prepared, data, broken, what, signal))
  }
  return outcomeOf(`SIGKILL at a random moment`, tries, [`seed ${seed}`])
}

function nameOf({ call, nth, when, event, stage }: BreakPoint): string {
  return call === undefined ? [event, stage].join(' ').trim() : `${when} ${call} number ${nth}`
}
