import type {
  IndexEventOf,
  IndexEventType,
  IndexingError,
  NewIndexEvent,
  Stage,
  WorkingStage,
} from '@cairn/protocol'
import { freshRepository, freshTaskId } from '../fresh-names.ts'

type Members<Type extends IndexEventType> = Omit<
  IndexEventOf<Type>,
  'type' | 'taskId' | 'runId' | 'seq' | 'at'
>

/** Makes the events of one run, a second apart. */
export interface RunScript {
  readonly taskId: string
  readonly runId: string
  readonly repository: string
  queued(): NewIndexEvent
  started(): NewIndexEvent
  stageStarted(stage: WorkingStage, totalItems?: number | null): NewIndexEvent
  stageProgressed(stage: WorkingStage, percent: number): NewIndexEvent
  stageCompleted(stage: WorkingStage, members?: Partial<Members<'stage.completed'>>): NewIndexEvent
  embedded(embeddedChunks: number, totalChunks: number): NewIndexEvent
  settled(path: string, members?: Partial<Members<'file.settled'>>): NewIndexEvent
  failedOn(path: string | null, stage: Stage, message: string): NewIndexEvent
  warned(path: string | null, stage: Stage, message: string): NewIndexEvent
  completed(): NewIndexEvent
  failed(stage: Stage, message: string): NewIndexEvent
  cancelled(): NewIndexEvent
  paused(): NewIndexEvent
  resumed(): NewIndexEvent
}

/** A run whose events are a second apart, from `startMs` of the epoch on. */
export function runScript(
  members: {
    readonly repository?: string
    readonly taskId?: string
    readonly startMs?: number
  } = {},
): RunScript {
  const { repository = freshRepository(), taskId = freshTaskId() } = members
  const runId = freshTaskId()
  let atMs = members.startMs ?? Date.UTC(2026, 2, 4, 5, 6, 7, 89)
  const common = () => {
    atMs += 1000
    return { taskId, runId, at: new Date(atMs) }
  }
  const error = (filePath: string | null, stage: Stage, errorMessage: string): IndexingError => ({
    errorType: 'PARSE_FAILED',
    errorMessage,
    filePath,
    stage,
    timestamp: new Date(atMs),
    recoverable: false,
    stackTrace: 'Error: at (file "a b.ts":1)\n    at 𝒳',
  })
  return {
    taskId,
    runId,
    repository,
    queued: () => ({
      ...common(),
      type: 'run.queued',
      repository,
      source: { kind: 'local', path: '/src/größe 😀', ref: null },
    }),
    started: () => ({ ...common(), type: 'run.started' }),
    stageStarted: (stage, totalItems = 10) => ({
      ...common(),
      type: 'stage.started',
      stage,
      totalItems,
      unit: 'files',
    }),
    stageProgressed: (stage, percent) => ({
      ...common(),
      type: 'stage.progressed',
      stage,
      percent,
      processedItems: Math.floor(percent / 10),
      totalItems: 10,
      operation: null,
      currentFile: 'src/new\nline "q".ts',
      chunks: null,
      filesPerSecond: 2.5,
      chunksPerSecond: 11.25,
      eta: { lowSeconds: 1.5, highSeconds: 4, basis: 'the last runs' },
    }),
    stageCompleted: (stage, more) => ({
      ...common(),
      type: 'stage.completed',
      stage,
      processedItems: 10,
      durationSeconds: 5,
      plan: null,
      ...more,
    }),
    embedded: (embeddedChunks, totalChunks) => ({
      ...common(),
      type: 'embedding.progressed',
      totalChunks,
      embeddedChunks,
      reusedChunks: 0,
      embeddingRate: 100,
      currentFile: null,
      eta: null,
    }),
    settled: (path, more) => ({
      ...common(),
      type: 'file.settled',
      path,
      outcome: 'indexed',
      language: 'typescript',
      sizeBytes: 1200,
      chunks: 3,
      reason: null,
      detail: null,
      error: null,
      ...more,
    }),
    failedOn: (path, stage, message) => ({
      ...common(),
      type: 'error.recorded',
      error: error(path, stage, message),
    }),
    warned: (path, stage, message) => ({
      ...common(),
      type: 'warning.recorded',
      code: 'INVALID_UTF8',
      message,
      path,
      stage,
    }),
    completed: () => ({
      ...common(),
      type: 'run.completed',
      files: { indexed: 1, unchanged: 0, skipped: 0, failed: 0, deleted: 0 },
      chunks: 3,
      symbols: 4,
      edges: 7,
      durationSeconds: 12.5,
      freshness: { ref: 'main', commit: null },
    }),
    failed: (stage, message) => ({
      ...common(),
      type: 'run.failed',
      error: error(null, stage, message),
    }),
    cancelled: () => ({ ...common(), type: 'run.cancelled', reason: 'enough' }),
    paused: () => ({ ...common(), type: 'run.paused', reason: null }),
    resumed: () => ({ ...common(), type: 'run.resumed' }),
  }
}
