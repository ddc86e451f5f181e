import fc from 'fast-check'
import type { IndexEvent, NewIndexEvent } from './events.ts'
import type { FileCounts, FileOutcome } from './files.ts'
import type { IndexingError } from './indexing-error.ts'
import { type StageUnit, type WorkingStage, workingStages } from './stages.ts'

type Body<Event> = Event extends unknown ? Omit<Event, 'taskId' | 'runId' | 'seq' | 'at'> : never
type EventBody = Body<NewIndexEvent>

const units: Readonly<Record<WorkingStage, StageUnit>> = {
  cloning: 'objects',
  analyzing: 'files',
  parsing: 'files',
  embedding: 'chunks',
  storing: 'chunks',
  validating: 'checks',
}

interface Draw {
  readonly chance: (percent: number) => boolean
  readonly number: (min: number, max: number) => number
  readonly pick: <Item>(items: readonly [Item, ...Item[]]) => Item
}

/**
 * The events of one task as a run of cairn would tell them: attempts that complete, fail, are
 * paused, cancelled (also after they failed) or break off and that others go on from, with pauses,
 * retries, failed files, errors and late progress among them.
 */
export const taskEvents: fc.Arbitrary<IndexEvent[]> = fc.gen().map((gen) => {
  const draw: Draw = {
    chance: (percent) => gen(fc.nat, { max: 99 }) < percent,
    number: (min, max) => gen(fc.integer, { min, max }),
    pick: (items) => gen(fc.constantFrom, ...items),
  }
  const runs = draw.number(1, 3)
  const events: IndexEvent[] = []
  let atMs = Date.UTC(2026, 0, 1)
  for (let run = 1; run <= runs; run++) {
    for (const body of runEvents(draw, run, run === runs, () => new Date(atMs))) {
      atMs += draw.number(0, 5_000)
      const head = { taskId: 'task', runId: `run-${run}`, seq: events.length + 1 }
      events.push({ ...body, ...head, at: new Date(atMs) } as IndexEvent)
    }
  }
  return events
})

function runEvents(draw: Draw, run: number, isLast: boolean, now: () => Date): EventBody[] {
  const first: EventBody = {
    type: 'run.queued',
    repository: 'sample',
    source: { kind: 'local', path: '/sample', ref: null },
  }
  const queued: EventBody[] =
    run === 1
      ? [first]
      : draw.pick<EventBody[]>([[first], [{ type: 'run.resumed' }], [{ type: 'run.resumed' }], []])
  if (queued.length > 0 && draw.chance(5)) {
    const waiting: EventBody = draw.chance(50)
      ? { type: 'run.cancelled', reason: null }
      : { type: 'run.paused', reason: null }
    return [...queued, waiting]
  }
  const whole = withNoise(draw, completedRun(draw, now), now)
  if (isLast && draw.chance(60)) return [...queued, { type: 'run.started' }, ...whole]
  const cut = whole.slice(0, draw.number(0, whole.length - 1))
  const error = errorAt(draw, now())
  const ends: [EventBody | null, ...(EventBody | null)[]] = [
    { type: 'run.failed', error },
    { type: 'run.cancelled', reason: draw.chance(50) ? 'enough' : null },
    { type: 'run.paused', reason: draw.chance(50) ? 'later' : null },
    { type: 'run.retrying', attempt: run + 1, delayMs: 500, error },
    null,
  ]
  const end = draw.pick(ends)
  const hasEnded = end?.type === 'run.failed' || end?.type === 'run.cancelled'
  const late = hasEnded && draw.chance(30) ? [progress(draw, 'parsing', 3, 10)] : []
  const givenUp: EventBody[] =
    (end?.type === 'run.failed' || end?.type === 'run.paused') && draw.chance(20)
      ? [{ type: 'run.cancelled', reason: null }]
      : []
  const ending = end === null ? [] : [end]
  return [...queued, { type: 'run.started' }, ...cut, ...ending, ...givenUp, ...late]
}

function completedRun(draw: Draw, now: () => Date): EventBody[] {
  const outcomes = Array.from({ length: draw.number(0, 12) }, () =>
    draw.pick<FileOutcome>(['unchanged', 'skipped', 'indexed', 'failed']),
  )
  const of = (outcome: FileOutcome): number => outcomes.filter((one) => one === outcome).length
  const files: FileCounts = {
    indexed: of('indexed'),
    unchanged: of('unchanged'),
    skipped: of('skipped'),
    failed: of('failed'),
    deleted: draw.number(0, 3),
  }
  const toParse = files.indexed + files.failed
  const chunks = toParse * 3
  const stages = workingStages.slice(draw.chance(50) ? 1 : 0)
  const events = stages.flatMap((stage) =>
    stageEvents(draw, stage, { files, toParse, chunks, now }),
  )
  events.push({
    type: 'run.completed',
    files,
    chunks,
    symbols: 0,
    edges: 0,
    durationSeconds: 1,
    freshness: { ref: null, commit: null },
  })
  return events
}

function stageEvents(
  draw: Draw,
  stage: WorkingStage,
  run: { files: FileCounts; toParse: number; chunks: number; now: () => Date },
): EventBody[] {
  const { files, toParse, chunks, now } = run
  const total = { files: toParse, chunks, objects: 40, checks: 4, percent: 100 }[units[stage]]
  const known = stage === 'analyzing' ? null : total
  const started: EventBody = {
    type: 'stage.started',
    stage,
    totalItems: known,
    unit: units[stage],
  }
  const events: EventBody[] = [started]
  if (draw.chance(10)) {
    events.push(
      { type: 'run.retrying', attempt: 2, delayMs: 0, error: errorAt(draw, now()) },
      started,
    )
  }
  const steps = draw.number(0, 4)
  for (let step = 1; step <= steps; step++) {
    events.push(progress(draw, stage, Math.floor((total * step) / steps), known))
    if (stage === 'embedding') {
      events.push({
        type: 'embedding.progressed',
        totalChunks: total,
        embeddedChunks: Math.floor((total * step) / steps),
        reusedChunks: 0,
        embeddingRate: 10,
        currentFile: 'a.ts',
        eta: { lowSeconds: 0, highSeconds: 10, basis: 'rate' },
      })
    }
  }
  if (stage === 'analyzing') events.push(...settled(draw, files, ['unchanged', 'skipped'], now))
  if (stage === 'parsing') events.push(...settled(draw, files, ['failed'], now))
  if (stage === 'storing') events.push(...settled(draw, files, ['indexed', 'deleted'], now))
  const { unchanged, skipped, deleted } = files
  events.push({
    type: 'stage.completed',
    stage,
    processedItems: total,
    durationSeconds: 1,
    plan:
      stage === 'analyzing'
        ? {
            files: toParse + unchanged + skipped,
            index: toParse,
            unchanged,
            skip: skipped,
            delete: deleted,
            bytes: 10,
            filesByLanguage: { typescript: toParse + unchanged },
            bytesByLanguage: { typescript: 10 },
            skippedByReason: { binary: skipped },
          }
        : null,
  })
  return events
}

function settled(
  draw: Draw,
  files: FileCounts,
  outcomes: readonly FileOutcome[],
  now: () => Date,
): EventBody[] {
  return outcomes.flatMap((outcome) =>
    Array.from({ length: files[outcome] }, (_, index): EventBody => {
      return {
        type: 'file.settled',
        path: `${outcome}-${index}.ts`,
        outcome,
        language: 'typescript',
        sizeBytes: 10,
        chunks: 3,
        reason: outcome === 'skipped' ? 'binary' : null,
        detail: null,
        error: outcome === 'failed' && draw.chance(80) ? errorAt(draw, now()) : null,
      }
    }),
  )
}

function progress(
  draw: Draw,
  stage: WorkingStage,
  processedItems: number,
  totalItems: number | null,
): EventBody {
  return {
    type: 'stage.progressed',
    stage,
    percent: draw.number(0, 100),
    processedItems,
    totalItems,
    operation: null,
    currentFile: 'a.ts',
    chunks: processedItems,
    filesPerSecond: 2,
    chunksPerSecond: 6,
    eta: draw.chance(50) ? { lowSeconds: 1, highSeconds: 3, basis: 'rate' } : null,
  }
}

function withNoise(draw: Draw, events: readonly EventBody[], now: () => Date): EventBody[] {
  return events.flatMap((event, index) => {
    if (index === 0 || !draw.chance(20)) return [event]
    return [...noise(draw, now()), event]
  })
}

function noise(draw: Draw, at: Date): EventBody[] {
  switch (draw.number(0, 4)) {
    case 0:
      return [{ type: 'run.paused', reason: null }, { type: 'run.resumed' }]
    case 1:
      return [{ type: 'health.changed', health: { state: 'slow', since: at, detail: 'slow' } }]
    case 2:
      return Array.from({ length: draw.pick([1, 3, 120]) }, (_, index) => ({
        type: 'error.recorded',
        error: { ...errorAt(draw, at), errorMessage: `error ${index}` },
      }))
    default:
      return Array.from({ length: draw.pick([1, 3, 120]) }, (_, index) => ({
        type: 'warning.recorded',
        code: 'SYNTAX',
        message: `warning ${index}`,
        path: null,
        stage: 'parsing',
      }))
  }
}

function errorAt(draw: Draw, timestamp: Date): IndexingError {
  return {
    errorType: 'PARSE_FAILED',
    errorMessage: 'The parser could not handle the file.',
    filePath: 'a.ts',
    stage: draw.pick(['parsing', 'embedding']),
    timestamp,
    recoverable: false,
    stackTrace: 'Error: at parse',
  }
}
