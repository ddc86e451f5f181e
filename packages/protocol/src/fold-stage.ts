import type { IndexEventOf } from './events.ts'
import { raiseProcessedFiles } from './fold-files.ts'
import type { Eta } from './scalars.ts'
import { stageWeights, type WorkingStage, workingStages } from './stages.ts'
import type { StageProgress, StatusDocument } from './status.ts'

// The part of `foldStatus` that deals with stages. Everything here writes to a fresh copy of a
// status document and never to what the copy holds.

/** The overall progress of a run that has not completed: 100 is kept for the end. */
const mostBeforeCompletion = 99.9

// The last moment that ISO 8601 writes with four digits for the year.
const latestMs = Date.UTC(9999, 11, 31)

const weightBefore = ((): Readonly<Record<WorkingStage, number>> => {
  const before = { ...stageWeights }
  let sum = 0
  for (const stage of workingStages) {
    before[stage] = sum
    sum += stageWeights[stage]
  }
  return before
})()

export function startStage(next: StatusDocument, event: IndexEventOf<'stage.started'>): void {
  closeStage(next, event.at, null)
  const entered: StageProgress = {
    stage: event.stage,
    startedAt: event.at,
    completedAt: null,
    progressPercentage: 0,
    currentOperation: null,
    processedItems: 0,
    totalItems: event.totalItems,
    errorMessage: null,
  }
  if (next.status === 'pending' || next.status === 'retrying') {
    next.status = 'in_progress'
    next.errorMessage = null
  }
  next.currentStage = event.stage
  next.stageHistory = [...next.stageHistory, entered]
  next.currentStageProgress = entered
  next.currentFile = null
  raiseOverall(next, event.stage, 0)
  if (event.stage === 'parsing') raiseProcessedFiles(next)
}

export function progressStage(next: StatusDocument, event: IndexEventOf<'stage.progressed'>): void {
  const current = next.currentStageProgress
  // Progress of a stage that is not under way comes too late to say anything.
  if (current === null || current.stage !== event.stage) return
  const percent = Math.max(current.progressPercentage, event.percent)
  replaceStage(next, {
    ...current,
    progressPercentage: percent,
    currentOperation: event.operation,
    processedItems: Math.max(current.processedItems, event.processedItems),
    totalItems: event.totalItems,
  })
  next.currentFile = event.currentFile
  next.throughputFilesPerSecond = event.filesPerSecond
  next.throughputChunksPerSecond = event.chunksPerSecond
  next.eta = event.eta
  next.estimatedCompletion = expectedEnd(event.at, event.eta)
  const chunks = event.chunks ?? 0
  if (event.stage === 'parsing') {
    next.generatedChunks = Math.max(next.generatedChunks, chunks)
    raiseProcessedFiles(next)
  } else if (event.stage === 'storing') {
    next.storedChunks = Math.max(next.storedChunks, chunks)
  }
  raiseOverall(next, event.stage, percent)
}

export function completeStage(next: StatusDocument, event: IndexEventOf<'stage.completed'>): void {
  if (event.plan !== null) {
    next.totalFiles = event.plan.files
    next.filesByLanguage = event.plan.filesByLanguage
  }
  const current = next.currentStageProgress
  if (current === null || current.stage !== event.stage) return
  replaceStage(next, {
    ...current,
    completedAt: endOf(current, event.at),
    progressPercentage: 100,
    currentOperation: null,
    processedItems: Math.max(current.processedItems, event.processedItems),
  })
  next.currentStageProgress = null
  next.currentFile = null
  if (event.stage === 'parsing') raiseProcessedFiles(next)
  raiseOverall(next, event.stage, 100)
}

/** Ends the stage under way, if there is one, before it is through or with an error. */
export function closeStage(next: StatusDocument, at: Date, errorMessage: string | null): void {
  const current = next.currentStageProgress
  if (current !== null) {
    replaceStage(next, { ...current, completedAt: endOf(current, at), errorMessage })
  }
}

/** A clock that was set back must not let a stage end before it began. */
function endOf({ startedAt }: StageProgress, at: Date): Date {
  return at < startedAt ? startedAt : at
}

export function progressEmbedding(
  next: StatusDocument,
  event: IndexEventOf<'embedding.progressed'>,
): void {
  const { embeddedChunks, reusedChunks, embeddingErrors } = next.embeddingProgress
  next.embeddingProgress = {
    totalChunks: event.totalChunks,
    embeddedChunks: Math.max(embeddedChunks, event.embeddedChunks),
    reusedChunks: Math.max(reusedChunks, event.reusedChunks),
    embeddingRate: event.embeddingRate,
    estimatedCompletion: expectedEnd(event.at, event.eta),
    currentFile: event.currentFile,
    embeddingErrors,
  }
}

/** Puts `stage` in the place of the one under way, which is the last of the history. */
function replaceStage(next: StatusDocument, stage: StageProgress): void {
  next.stageHistory = [...next.stageHistory.slice(0, -1), stage]
  next.currentStageProgress = stage
}

function raiseOverall(next: StatusDocument, stage: WorkingStage, percent: number): void {
  const progress = weightBefore[stage] + (stageWeights[stage] * percent) / 100
  next.overallProgress = Math.max(next.overallProgress, Math.min(progress, mostBeforeCompletion))
}

function expectedEnd(at: Date, eta: Eta | null): Date | null {
  if (eta === null) return null
  const ms = at.getTime() + ((eta.lowSeconds + eta.highSeconds) / 2) * 1000
  return ms <= latestMs ? new Date(ms) : null
}
