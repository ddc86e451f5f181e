import {
  type IndexEventOf,
  type IndexingError,
  type PlanTotals,
  type Stage,
  stageWeights,
  type WorkingStage,
  workingStages,
} from '@cairn/protocol'
import type { CairnError } from '../errors.ts'
import { estimate } from './eta.ts'
import type { EventRecorder } from './event-recorder.ts'
import { createRate, type Rate } from './rate.ts'
import { createRecordEvent, type EventBody } from './record-event.ts'
import { createWatchdog } from './watchdog.ts'

/** What a file's end is recorded with. */
export type SettledFile = Omit<EventBody<Omit<IndexEventOf<'file.settled'>, 'seq'>>, 'type'>

/** How far a stage is. */
export interface StageUpdate {
  /** Items done in all, never less than before. */
  readonly processed?: number
  /** Items in all, where that was not known when the stage started. */
  readonly total?: number | null
  /** Percent of the stage, where it is not that of the items. */
  readonly percent?: number
  readonly operation?: string
  readonly currentFile?: string
  /** Chunks made (parsing), embedded or reused (embedding), stored (storing) so far. */
  readonly chunks?: number
  /** Of those, chunks whose vector was in the cache. */
  readonly reusedChunks?: number
}

/** A stage under way. */
export interface StageProgress {
  update(update: StageUpdate): void
}

/** Turns what the stages say into events: coalesced progress, and everything else at once. */
export interface RunProgress {
  /** Runs a stage between its `stage.started` and its `stage.completed`. */
  stage<T>(
    stage: WorkingStage,
    options: {
      readonly unit: IndexEventOf<'stage.started'>['unit']
      readonly total: number | null
    },
    work: (progress: StageProgress) => Promise<T>,
  ): Promise<T>
  settled(file: SettledFile): void
  /** Records a file that could not be indexed. */
  failed(file: Pick<SettledFile, 'path' | 'language' | 'sizeBytes'>, error: CairnError): void
  /** Records an error that ends neither the run nor a file. */
  error(error: CairnError, filePath: string | null): void
  warning(code: string, message: string, path?: string | null): void
  /** Says that memory is short, where `detail` says how. */
  tight(detail: string | null): void
  /** `waiter` waits for something outside, which `detail` names; null: no longer. */
  waiting(waiter: object, detail: string | null): void
  /** The plan, once analyzing has made it. */
  planned(totals: PlanTotals): void
  /** Items that later stages will have, for the estimate of the end. */
  expect(items: Partial<Record<WorkingStage, number>>): void
  /** Events wait in a bounded queue; resolves when there is room. */
  backpressure(): Promise<void>
  /** The stage the run is in. */
  currentStage(): Stage
  /** Ends timers and records the last progress. */
  close(): void
}

// Four updates a second look alive to a person and cost nothing.
const updateEveryMs = 250
const mostWaitingEvents = 500

interface OpenStage {
  readonly stage: WorkingStage
  readonly startedMs: number
  total: number | null
  processed: number
  percent: number | null
  operation: string | null
  currentFile: string | null
  chunks: number | null
  reusedChunks: number
  readonly items: Rate
  readonly chunkRate: Rate
  isDirty: boolean
}

export function createRunProgress(options: {
  readonly taskId: string
  readonly runId: string
  readonly recorder: EventRecorder
  readonly stallAfterMs: number
  /** Median seconds per item by stage in earlier runs. */
  readonly history: Partial<Record<Stage, number>>
}): RunProgress {
  const { taskId, runId, recorder } = options
  const expectedItems: Partial<Record<WorkingStage, number>> = {}
  const finished: Partial<Record<WorkingStage, number>> = {}
  let plan: PlanTotals | null = null
  let open: OpenStage | null = null
  let lastStage: Stage = 'queued'

  const record = createRecordEvent(recorder, taskId, runId)

  const watchdog = createWatchdog({
    stallAfterMs: options.stallAfterMs,
    changed: (health) => record({ type: 'health.changed', health }),
  })

  const percentOf = (current: OpenStage): number => {
    if (current.percent !== null) return Math.min(100, Math.max(0, current.percent))
    if (current.total === null) return 0
    return current.total === 0 ? 100 : Math.min(100, (100 * current.processed) / current.total)
  }

  const report = (): void => {
    if (!open?.isDirty) return
    const current = open
    current.isDirty = false
    const now = performance.now()
    current.items.record(now, current.processed)
    current.chunkRate.record(now, current.chunks ?? 0)
    const itemsPerSecond = current.items.perSecond(now)
    const chunksPerSecond = current.chunkRate.perSecond(now)
    const percent = percentOf(current)
    watchdog.progressed(current.total === null ? null : itemsPerSecond)
    // How long that takes, nobody knows.
    const eta = watchdog.isWaiting()
      ? null
      : estimate({
          stage: current.stage,
          share: percent / 100,
          stageSeconds: (now - current.startedMs) / 1000,
          items:
            current.total === null
              ? null
              : {
                  left: Math.max(0, current.total - current.processed),
                  perSecond: itemsPerSecond,
                  spread: current.items.spread(),
                },
          finished,
          history: historyOf(options.history),
          expectedItems,
        })
    const isEmbedding = current.stage === 'embedding'
    record({
      type: 'stage.progressed',
      stage: current.stage,
      percent,
      processedItems: current.processed,
      totalItems: current.total,
      operation: current.operation,
      currentFile: current.currentFile,
      chunks: current.chunks,
      filesPerSecond: isEmbedding ? 0 : itemsPerSecond,
      chunksPerSecond,
      eta,
    })
    if (isEmbedding) {
      record({
        type: 'embedding.progressed',
        totalChunks: current.total ?? 0,
        embeddedChunks: (current.chunks ?? 0) - current.reusedChunks,
        reusedChunks: current.reusedChunks,
        embeddingRate: chunksPerSecond,
        currentFile: current.currentFile,
        eta,
      })
    }
  }

  const timer = setInterval(report, updateEveryMs)
  timer.unref()

  const indexingError = (error: CairnError, filePath: string | null): IndexingError => ({
    errorType: error.code,
    errorMessage: error.message,
    filePath,
    stage: lastStage,
    timestamp: new Date(),
    recoverable: error.recoverable,
    stackTrace: error.stack ?? null,
  })

  return {
    async stage(stage, { unit, total }, work) {
      // Durations and rates are taken from a clock that nobody sets.
      const startedMs = performance.now()
      lastStage = stage
      open = {
        stage,
        startedMs,
        total,
        processed: 0,
        percent: null,
        operation: null,
        currentFile: null,
        chunks: null,
        reusedChunks: 0,
        items: createRate(),
        chunkRate: createRate(),
        isDirty: false,
      }
      const current: OpenStage = open
      current.items.record(startedMs, 0)
      current.chunkRate.record(startedMs, 0)
      watchdog.stageStarted()
      record({ type: 'stage.started', stage, totalItems: total, unit })
      try {
        const result = await work({
          update(update) {
            if (update.processed !== undefined) {
              current.processed = Math.max(current.processed, update.processed)
            }
            if (update.total !== undefined) current.total = update.total
            if (update.percent !== undefined) current.percent = update.percent
            if (update.operation !== undefined) current.operation = update.operation
            if (update.currentFile !== undefined) current.currentFile = update.currentFile
            if (update.chunks !== undefined) current.chunks = update.chunks
            if (update.reusedChunks !== undefined) current.reusedChunks = update.reusedChunks
            current.isDirty = true
          },
        })
        report()
        const durationSeconds = (performance.now() - startedMs) / 1000
        if (current.processed > 0) finished[stage] = durationSeconds
        record({
          type: 'stage.completed',
          stage,
          processedItems: current.processed,
          durationSeconds,
          plan: stage === 'analyzing' ? plan : null,
        })
        return result
      } finally {
        open = null
      }
    },
    settled: (file) => record({ type: 'file.settled', ...file }),
    failed: (file, error) =>
      record({
        ...file,
        type: 'file.settled',
        outcome: 'failed',
        chunks: 0,
        reason: null,
        detail: null,
        error: indexingError(error, file.path),
      }),
    error: (error, filePath) =>
      record({ type: 'error.recorded', error: indexingError(error, filePath) }),
    warning: (code, message, path = null) =>
      record({ type: 'warning.recorded', code, message, path, stage: lastStage }),
    tight(detail) {
      if (detail === null) return
      record({
        type: 'warning.recorded',
        code: 'MEMORY_LIMIT',
        message: detail,
        path: null,
        stage: lastStage,
      })
    },
    waiting: (waiter, detail) => watchdog.waiting(waiter, detail),
    planned: (totals) => {
      plan = totals
    },
    expect: (items) => {
      Object.assign(expectedItems, items)
    },
    backpressure: () => recorder.drained(mostWaitingEvents),
    currentStage: () => lastStage,
    close() {
      clearInterval(timer)
      watchdog.close()
    },
  }
}

function historyOf(seconds: Partial<Record<Stage, number>>): Partial<Record<WorkingStage, number>> {
  const known: Partial<Record<WorkingStage, number>> = {}
  for (const stage of workingStages) {
    const perItem = seconds[stage]
    if (perItem !== undefined && stageWeights[stage] > 0) known[stage] = perItem
  }
  return known
}
