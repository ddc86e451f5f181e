import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IndexEvent, IndexEventOf } from './events.ts'
import { foldStatus } from './fold-status.ts'
import { initialStatus } from './initial-status.ts'
import { listedProblems } from './listed-problems.ts'
import { isTerminal } from './stages.ts'
import { type StatusDocument, statusDocumentSchema } from './status.ts'
import { taskEvents } from './task-events.test-support.ts'

const at = (seconds: number): Date => new Date(Date.UTC(2026, 0, 1, 0, 0, seconds))
const head = (seq: number, runId = 'run-1') => ({ taskId: 'task', runId, seq, at: at(seq) })

const queued: IndexEventOf<'run.queued'> = {
  ...head(1),
  type: 'run.queued',
  repository: 'sample',
  source: { kind: 'local', path: '/sample', ref: null },
}

const failure = {
  errorType: 'REMOTE_UNREACHABLE',
  errorMessage: 'The remote could not be reached.',
  filePath: null,
  stage: 'cloning',
  timestamp: at(3),
  recoverable: true,
  stackTrace: null,
} as const

function fold(
  events: readonly IndexEvent[],
  from: StatusDocument | null = null,
): StatusDocument | null {
  return events.reduce<StatusDocument | null>(foldStatus, from)
}

/** The status after each event. */
function statuses(events: readonly IndexEvent[]): StatusDocument[] {
  let status: StatusDocument | null = null
  return events.map((event) => {
    status = foldStatus(status, event)
    return status
  })
}

function deepFreeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return
  Object.freeze(value)
  for (const item of Object.values(value)) deepFreeze(item)
}

/** Shrinking a whole task takes minutes; the seed that is printed makes the same one again. */
function overTasks(law: (events: IndexEvent[]) => void): void {
  fc.assert(fc.property(taskEvents, law), { endOnFailure: true })
}

describe('over any events of a task', () => {
  it('folding a prefix and then the rest is folding all', () => {
    fc.assert(
      fc.property(taskEvents, fc.nat(), (events, cut) => {
        const at = cut % (events.length + 1)
        expect(fold(events.slice(at), fold(events.slice(0, at)))).toEqual(fold(events))
      }),
      { endOnFailure: true },
    )
  })

  it('folding events again changes nothing', () => {
    overTasks((events) => {
      const status = fold(events)
      expect(fold(events.slice(1), status)).toBe(status)
    })
  })

  it('a status and an event are never changed', () => {
    overTasks((events) => {
      deepFreeze(events)
      let status: StatusDocument | null = null
      for (const event of events) {
        status = foldStatus(status, event)
        deepFreeze(status)
      }
    })
  })

  it('the document is always of its own schema', () => {
    overTasks((events) => {
      for (const status of statuses(events)) {
        expect(statusDocumentSchema.safeParse(status).error).toBeUndefined()
      }
    })
  })

  it('progress never goes backwards and is 100 only when completed', () => {
    overTasks((events) => {
      let before = 0
      for (const { overallProgress, status } of statuses(events)) {
        expect(overallProgress).toBeGreaterThanOrEqual(before)
        expect(overallProgress === 100).toBe(status === 'completed')
        before = overallProgress
      }
    })
  })

  it('a completed task has gone through every file of its plan', () => {
    overTasks((events) => {
      const status = fold(events)
      fc.pre(status?.status === 'completed')
      const { indexed, unchanged, skipped, failed, deleted } = status.files
      expect(indexed + unchanged + skipped + failed).toBe(status.totalFiles)
      expect(status.processedFiles).toBe(status.totalFiles)
      const own = events.filter((event) => event.runId === status.runId)
      const settled = own.filter((event) => event.type === 'file.settled')
      expect(settled).toHaveLength(indexed + unchanged + skipped + failed + deleted)
    })
  })

  it('processed files never go backwards within a run and never exceed the plan', () => {
    overTasks((events) => {
      let before: StatusDocument | null = null
      for (const status of statuses(events)) {
        if (before?.runId === status.runId) {
          expect(status.processedFiles).toBeGreaterThanOrEqual(before.processedFiles)
        }
        if (status.totalFiles !== null) {
          expect(status.processedFiles).toBeLessThanOrEqual(status.totalFiles)
        }
        before = status
      }
    })
  })

  it('while parsing, files that need no parsing and those parsed are processed', () => {
    overTasks((events) => {
      for (const { currentStageProgress, files, processedFiles } of statuses(events)) {
        if (currentStageProgress?.stage !== 'parsing') continue
        const notToParse = files.skipped + files.unchanged
        expect(processedFiles).toBeGreaterThanOrEqual(
          notToParse + currentStageProgress.processedItems,
        )
      }
    })
  })

  it('counts every error and warning of a run and lists the newest', () => {
    overTasks((events) => {
      const status = fold(events)
      const own = events.filter((event) => event.runId === status?.runId)
      const end = own.find(({ type }) => /^run\.(completed|failed|cancelled)$/.test(type))
      const errors = own.filter(
        (event) =>
          event.type === 'error.recorded' ||
          (event.type === 'run.failed' && event === end) ||
          (event.type === 'file.settled' && event.outcome === 'failed'),
      )
      const warnings = own.filter((event) => event.type === 'warning.recorded')
      expect(status?.errorsCount).toBe(errors.length)
      expect(status?.warningsCount).toBe(warnings.length)
      expect(status?.errors).toHaveLength(Math.min(errors.length, listedProblems))
      expect(status?.warnings).toEqual(
        warnings.slice(-listedProblems).map(({ message }) => message),
      )
      const last = errors.at(-1)
      if (last?.type === 'error.recorded' || last?.type === 'run.failed')
        expect(status?.errors.at(-1)).toBe(last.error)
    })
  })

  it('says the stage a task is in, and keeps it when the task is cancelled', () => {
    overTasks((events) => {
      let before: StatusDocument | null = null
      for (const status of statuses(events)) {
        const { currentStage, currentStageProgress, stageHistory } = status
        if (status.status === 'completed' || status.status === 'failed') {
          expect(currentStage).toBe(status.status)
          expect(currentStageProgress).toBeNull()
          expect(stageHistory.every(({ completedAt }) => completedAt !== null)).toBe(true)
        } else if (status.status === 'cancelled') {
          const last = stageHistory.at(-1)?.stage ?? 'queued'
          expect(currentStage).toBe(before?.status === 'failed' ? last : before?.currentStage)
        } else {
          expect(currentStage).toBe(stageHistory.at(-1)?.stage ?? 'queued')
        }
        if (currentStageProgress !== null) {
          expect(currentStageProgress).toBe(stageHistory.at(-1))
          expect(currentStageProgress.completedAt).toBeNull()
        }
        before = status
      }
    })
  })

  it('an ended task is left by another run alone, and a completed one never', () => {
    overTasks((events) => {
      let before: StatusDocument | null = null
      for (const status of statuses(events)) {
        if (before !== null && isTerminal(before.status) && status.status !== before.status) {
          expect(before.status).not.toBe('completed')
          const isGivenUp = before.status === 'failed' && status.status === 'cancelled'
          if (!isGivenUp) expect(status.runId).not.toBe(before.runId)
        }
        before = status
      }
    })
  })

  it('an ended run says nothing of a file in hand, an end to come or ill health', () => {
    overTasks((events) => {
      for (const status of statuses(events)) {
        if (!isTerminal(status.status) && status.status !== 'paused') continue
        expect(status.currentFile).toBeNull()
        expect(status.eta).toBeNull()
        expect(status.estimatedCompletion).toBeNull()
        expect(status.embeddingProgress.currentFile).toBeNull()
        expect(status.health.state).toBe('ok')
      }
    })
  })
})

const started: IndexEvent = { ...head(2), type: 'run.started' }

function stage(seq: number, name: 'cloning' | 'parsing'): IndexEvent {
  return { ...head(seq), type: 'stage.started', stage: name, totalItems: 10, unit: 'files' }
}

function progressed(seq: number, more: Partial<IndexEventOf<'stage.progressed'>> = {}): IndexEvent {
  return {
    ...head(seq),
    type: 'stage.progressed',
    stage: 'parsing',
    percent: 50,
    processedItems: 5,
    totalItems: 10,
    operation: 'parsing',
    currentFile: 'a.ts',
    chunks: 12,
    filesPerSecond: 2.5,
    chunksPerSecond: 6,
    eta: { lowSeconds: 2, highSeconds: 4, basis: 'rate' },
    ...more,
  }
}

it('begins pending, at nothing', () => {
  const status = initialStatus(queued)
  expect(status).toMatchObject({
    status: 'pending',
    currentStage: 'queued',
    overallProgress: 0,
    totalFiles: null,
    repositoryName: 'sample',
    health: { state: 'ok', since: queued.at, detail: null },
    epoch: '',
    seq: 1,
  })
  expect(foldStatus(null, queued)).toEqual(status)
})

it('refuses a log that does not begin with run.queued', () => {
  expect(() => foldStatus(null, started)).toThrow('run.queued')
})

it('shows the progress of a stage with its rates and its estimated end', () => {
  const status = fold([queued, started, stage(3, 'parsing'), progressed(4)])
  expect(status).toMatchObject({
    status: 'in_progress',
    overallProgress: 27.5,
    processedFiles: 5,
    generatedChunks: 12,
    currentFile: 'a.ts',
    throughputFilesPerSecond: 2.5,
    throughputChunksPerSecond: 6,
    processingTime: 2,
    startedAt: at(2),
    estimatedCompletion: at(7),
    currentStageProgress: { stage: 'parsing', progressPercentage: 50, processedItems: 5 },
  })
})

it('gives rates over the whole run when it has ended', () => {
  const status = fold([
    queued,
    started,
    stage(3, 'parsing'),
    progressed(4),
    { ...head(7), type: 'run.cancelled', reason: null },
  ])
  expect(status).toMatchObject({
    status: 'cancelled',
    currentStage: 'parsing',
    processingTime: 5,
    throughputFilesPerSecond: 1,
    throughputChunksPerSecond: 12 / 5,
    currentStageProgress: { stage: 'parsing', completedAt: null },
  })
})

it('says why a run failed, in the stage that failed', () => {
  const status = fold([
    queued,
    started,
    stage(3, 'cloning'),
    { ...head(4), type: 'run.failed', error: failure },
  ])
  expect(status).toMatchObject({
    status: 'failed',
    currentStage: 'failed',
    errorMessage: failure.errorMessage,
    errorsCount: 1,
    errors: [failure],
    stageHistory: [{ stage: 'cloning', completedAt: at(4), errorMessage: failure.errorMessage }],
  })
})

it('begins another attempt afresh, with progress and seq going on', () => {
  const status = fold([
    queued,
    started,
    stage(3, 'parsing'),
    progressed(4),
    { ...head(5), type: 'run.failed', error: failure },
    { ...head(6, 'run-2'), type: 'run.started' },
  ])
  expect(status).toMatchObject({
    runId: 'run-2',
    status: 'in_progress',
    currentStage: 'queued',
    overallProgress: 27.5,
    stageHistory: [],
    processedFiles: 0,
    errorMessage: null,
    startedAt: at(6),
    seq: 6,
  })
})

it('goes on in another run from a pause, waiting for its turn, with progress kept', () => {
  const paused = fold([
    queued,
    started,
    stage(3, 'parsing'),
    progressed(4),
    { ...head(5), type: 'run.paused', reason: null },
  ])
  expect(paused).toMatchObject({ status: 'paused', currentStage: 'parsing', processingTime: 3 })
  const resumed = fold([{ ...head(60, 'run-2'), type: 'run.resumed' }], paused)
  expect(resumed).toMatchObject({
    runId: 'run-2',
    status: 'pending',
    currentStage: 'queued',
    overallProgress: 27.5,
    processingTime: 0,
  })
  const begun = fold([{ ...head(61, 'run-2'), type: 'run.started' }], resumed)
  expect(begun).toMatchObject({ status: 'in_progress', startedAt: at(61) })
})

it('ends a failed task as cancelled, in the stage that failed', () => {
  const cancelled = fold([
    queued,
    started,
    stage(3, 'cloning'),
    { ...head(4), type: 'run.failed', error: failure },
    { ...head(5), type: 'run.cancelled', reason: null },
  ])
  expect(cancelled).toMatchObject({
    status: 'cancelled',
    currentStage: 'cloning',
    errorMessage: null,
  })
})

it('lets nothing follow completion', () => {
  const completed = fold([
    queued,
    started,
    {
      ...head(3),
      type: 'run.completed',
      files: { indexed: 0, unchanged: 0, skipped: 0, failed: 0, deleted: 0 },
      chunks: 0,
      symbols: 0,
      edges: 0,
      durationSeconds: 1,
      freshness: { ref: null, commit: null },
    },
  ])
  const after = fold(
    [
      { ...head(4), type: 'run.cancelled', reason: null },
      { ...head(5, 'run-2'), type: 'run.resumed' },
    ],
    completed,
  )
  expect(after).toEqual({ ...completed, seq: 5, updatedAt: at(5) })
})

it('takes how long a run took from the run, also where the clock was set meanwhile', () => {
  const beforeThat = new Date(at(2).getTime() - 86_400_000)
  const completed = fold([
    queued,
    started,
    { ...head(3), type: 'stage.started', stage: 'parsing', totalItems: 4, unit: 'files' },
    {
      ...head(4),
      at: beforeThat,
      type: 'stage.completed',
      stage: 'parsing',
      processedItems: 4,
      durationSeconds: 1,
      plan: null,
    },
    {
      ...head(5),
      at: at(86_400),
      type: 'run.completed',
      files: { indexed: 4, unchanged: 0, skipped: 0, failed: 0, deleted: 0 },
      chunks: 8,
      symbols: 0,
      edges: 0,
      durationSeconds: 2,
      freshness: { ref: null, commit: null },
    },
  ])
  expect(completed).toMatchObject({ processingTime: 2, throughputFilesPerSecond: 2 })
  const [parsing] = completed?.stageHistory ?? []
  expect(parsing?.completedAt).toEqual(parsing?.startedAt)
})

it('has the epoch that the log gave the first event, through every attempt', () => {
  const status = initialStatus({ ...queued, epoch: 'e1' })
  expect(status.epoch).toBe('e1')
  expect(foldStatus(status, started).epoch).toBe('e1')
  expect(foldStatus(status, { ...head(2, 'run-2'), type: 'run.started' }).epoch).toBe('e1')
})

it('does not let a late event of an earlier attempt into the next one', () => {
  const attempt = fold([
    queued,
    started,
    { ...head(3), type: 'run.cancelled', reason: null },
    { ...head(4, 'run-2'), type: 'run.started' },
  ])
  const late = fold([{ ...head(5), type: 'error.recorded', error: failure }], attempt)
  expect(late).toEqual({ ...attempt, seq: 5, updatedAt: at(5), processingTime: 1 })
})

it('does not take progress that comes after the end of a stage', () => {
  const status = fold([
    queued,
    started,
    stage(3, 'cloning'),
    stage(4, 'parsing'),
    progressed(5, { stage: 'cloning', percent: 90 }),
  ])
  expect(status?.currentStageProgress).toMatchObject({ stage: 'parsing', progressPercentage: 0 })
})

it('shows a pause and goes on from it', () => {
  const paused = fold([
    queued,
    started,
    stage(3, 'parsing'),
    progressed(4),
    { ...head(5), type: 'run.paused', reason: null },
  ])
  expect(paused).toMatchObject({
    status: 'paused',
    currentStage: 'parsing',
    eta: null,
    currentStageProgress: { stage: 'parsing', completedAt: null },
  })
  const resumed = fold([{ ...head(6), type: 'run.resumed' }], paused)
  expect(resumed).toMatchObject({ status: 'in_progress', processedFiles: 5 })
})

it('says what the next attempt waits for', () => {
  const retrying = fold([
    queued,
    started,
    stage(3, 'cloning'),
    { ...head(4), type: 'run.retrying', attempt: 2, delayMs: 100, error: failure },
  ])
  expect(retrying).toMatchObject({ status: 'retrying', errorMessage: failure.errorMessage })
  expect(fold([stage(5, 'cloning')], retrying)).toMatchObject({
    status: 'in_progress',
    errorMessage: null,
  })
})

it('names the file of a warning once', () => {
  const warn = (seq: number, message: string): IndexEvent => ({
    ...head(seq),
    type: 'warning.recorded',
    code: 'SYNTAX',
    message,
    path: 'a.ts',
    stage: 'parsing',
  })
  const status = fold([queued, started, warn(3, '2 syntax errors'), warn(4, 'a.ts is odd')])
  expect(status?.warnings).toEqual(['a.ts: 2 syntax errors', 'a.ts is odd'])
})

it('lists errors of the embedder with the embedding', () => {
  const error = { ...failure, stage: 'embedding', errorMessage: 'No vector.' } as const
  const status = fold([queued, started, { ...head(3), type: 'error.recorded', error }])
  expect(status?.embeddingProgress.embeddingErrors).toEqual(['No vector.'])
})

it('leaves out an end that no date can say', () => {
  const eta = { lowSeconds: 1e15, highSeconds: 1e15, basis: 'rate' }
  const status = fold([queued, started, stage(3, 'parsing'), progressed(4, { eta })])
  expect(status?.estimatedCompletion).toBeNull()
})

it('has no end to come while it waits for something outside', () => {
  const embedding = { embeddedChunks: 1, reusedChunks: 0, embeddingRate: 1, currentFile: null }
  const eta = { lowSeconds: 2, highSeconds: 4, basis: 'rate' }
  const waiting = { state: 'waiting', since: queued.at, detail: 'the journal' } as const
  const events: IndexEvent[] = [
    started,
    stage(3, 'parsing'),
    progressed(4),
    { ...head(5), type: 'embedding.progressed', totalChunks: 9, ...embedding, eta },
    { ...head(6), type: 'health.changed', health: waiting },
  ]
  const status = events.reduce(foldStatus, initialStatus(queued))
  expect(status).toMatchObject({ eta: null, estimatedCompletion: null, health: waiting })
  expect(status.embeddingProgress.estimatedCompletion).toBeNull()
})
