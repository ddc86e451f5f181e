import type { IndexEventOf } from './events.ts'
import type { StatusDocument } from './status.ts'

/** The status of a run of which nothing but its names is known. */
export function blankStatus(
  run: Pick<StatusDocument, 'taskId' | 'runId' | 'repositoryName' | 'seq' | 'epoch'> & {
    readonly at: Date
  },
): StatusDocument {
  return {
    taskId: run.taskId,
    runId: run.runId,
    repositoryName: run.repositoryName,
    status: 'pending',
    currentStage: 'queued',
    overallProgress: 0,
    stageHistory: [],
    currentStageProgress: null,
    processedFiles: 0,
    totalFiles: null,
    currentFile: null,
    filesByLanguage: {},
    embeddingProgress: {
      totalChunks: 0,
      embeddedChunks: 0,
      reusedChunks: 0,
      embeddingRate: 0,
      estimatedCompletion: null,
      currentFile: null,
      embeddingErrors: [],
    },
    generatedChunks: 0,
    storedChunks: 0,
    startedAt: run.at,
    estimatedCompletion: null,
    processingTime: 0,
    throughputFilesPerSecond: 0,
    throughputChunksPerSecond: 0,
    errors: [],
    warnings: [],
    errorsCount: 0,
    warningsCount: 0,
    errorMessage: null,
    seq: run.seq,
    epoch: run.epoch,
    updatedAt: run.at,
    files: { indexed: 0, unchanged: 0, skipped: 0, failed: 0, deleted: 0 },
    health: { state: 'ok', since: run.at, detail: null },
    eta: null,
  }
}

/** The status document of a task that was just queued; its `epoch` is empty where the event was never stored. */
export function initialStatus(event: IndexEventOf<'run.queued'>): StatusDocument {
  const { taskId, runId, seq, at, repository, epoch = '' } = event
  return blankStatus({ taskId, runId, seq, at, repositoryName: repository, epoch })
}
