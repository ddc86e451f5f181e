import type { IndexEvent, IndexEventOf } from './events.ts'
import { addError, addWarning, settleFile } from './fold-files.ts'
import {
  closeStage,
  completeStage,
  progressEmbedding,
  progressStage,
  startStage,
} from './fold-stage.ts'
import { blankStatus, initialStatus } from './initial-status.ts'
import { isTerminal, type TerminalStatus } from './stages.ts'
import type { StatusDocument } from './status.ts'

/**
 * The status after `event`. Pure: neither argument is changed, and what did not change is shared
 * with `status`. Folding all events of a task from null gives its status; folding any prefix and
 * then the rest gives the same. An event that is in the status already, by its `seq`, changes
 * nothing.
 *
 * `run.queued`, `run.started` or `run.resumed` of another `runId` begins another attempt, also of a task
 * that failed, was cancelled or is paused: everything starts afresh but `seq`, `epoch` and the overall
 * progress. A completed task has no other attempt. What comes late, of an earlier attempt or after the
 * end, never changes how far a task is; but a failed task may still be cancelled.
 *
 * @throws Error when the first event of a task is not `run.queued`: a defect of the caller.
 */
export function foldStatus(status: StatusDocument | null, event: IndexEvent): StatusDocument {
  if (status === null) {
    if (event.type === 'run.queued') return initialStatus(event)
    throw new Error(`The first event of a task is run.queued, not ${event.type}.`)
  }
  if (event.seq <= status.seq) return status
  if (event.runId === status.runId) {
    const next = copy(status, event)
    applyEvent(next, event)
    return next
  }
  if (status.status === 'completed' || !beginsRun(event)) return copy(status, event)
  const next = nextRun(status, event)
  applyEvent(next, event)
  return next
}

type FirstEvent = IndexEventOf<'run.queued' | 'run.started' | 'run.resumed'>

function beginsRun(event: IndexEvent): event is FirstEvent {
  return event.type === 'run.queued' || event.type === 'run.started' || event.type === 'run.resumed'
}

/** A copy of `status` that may be written to; what it holds is still shared. */
function copy(status: StatusDocument, event: IndexEvent): StatusDocument {
  const next = { ...status, seq: event.seq, updatedAt: event.at }
  if (status.status === 'in_progress' || status.status === 'retrying') {
    const seconds = (event.at.getTime() - status.startedAt.getTime()) / 1000
    next.processingTime = Math.max(status.processingTime, seconds)
  }
  return next
}

function nextRun(status: StatusDocument, event: FirstEvent): StatusDocument {
  const { taskId, runId, seq, at } = event
  const { repositoryName, epoch } = status
  const next = blankStatus({ taskId, runId, seq, at, repositoryName, epoch })
  next.overallProgress = status.overallProgress
  return next
}

/** Writes to `next`, which is a fresh copy, never to what it holds. */
function applyEvent(next: StatusDocument, event: IndexEvent): void {
  const hasEnded = isTerminal(next.status)
  switch (event.type) {
    case 'file.settled':
      settleFile(next, event)
      return
    case 'error.recorded':
      addError(next, event.error)
      return
    case 'warning.recorded':
      addWarning(next, event)
      return
    case 'run.cancelled':
      if (!hasEnded || next.status === 'failed') cancel(next, event)
      return
    default:
      if (!hasEnded) applyToOpenRun(next, event)
  }
}

function applyToOpenRun(
  next: StatusDocument,
  event: Exclude<
    IndexEvent,
    IndexEventOf<'file.settled' | 'error.recorded' | 'warning.recorded' | 'run.cancelled'>
  >,
): void {
  switch (event.type) {
    case 'run.queued':
      next.repositoryName = event.repository
      return
    case 'run.started':
      next.status = 'in_progress'
      next.startedAt = event.at
      next.processingTime = 0
      next.errorMessage = null
      return
    case 'run.paused':
      next.status = 'paused'
      next.errorMessage = event.reason
      rest(next, event.at)
      return
    case 'run.resumed':
      // As the first event of a run it says that the run waits for its turn.
      if (next.status === 'paused') next.status = 'in_progress'
      return
    case 'run.retrying':
      next.status = 'retrying'
      next.errorMessage = event.error.errorMessage
      forgetEta(next)
      return
    case 'run.completed':
      complete(next, event)
      return
    case 'run.failed':
      addError(next, event.error)
      closeStage(next, event.at, event.error.errorMessage)
      end(next, 'failed', event.at)
      next.currentStage = 'failed'
      next.currentStageProgress = null
      next.errorMessage = event.error.errorMessage
      return
    case 'stage.started':
      startStage(next, event)
      return
    case 'stage.progressed':
      progressStage(next, event)
      return
    case 'stage.completed':
      completeStage(next, event)
      return
    case 'embedding.progressed':
      progressEmbedding(next, event)
      return
    case 'health.changed':
      next.health = event.health
      // How long it has to wait, nobody knows.
      if (event.health.state === 'waiting') forgetEta(next)
      return
    default:
      // An event that only a newer version knows has its place in the log and no meaning here.
      ignore(event)
  }
}

function ignore(_event: never): void {}

function complete(next: StatusDocument, event: IndexEventOf<'run.completed'>): void {
  const { files } = event
  next.files = files
  next.totalFiles ??= files.indexed + files.unchanged + files.skipped + files.failed
  next.processedFiles = next.totalFiles
  closeStage(next, event.at, null)
  // The clock may have been set while the run went on; how long it took is measured by another.
  next.processingTime = event.durationSeconds
  end(next, 'completed', event.at)
  next.currentStage = 'completed'
  next.currentStageProgress = null
  next.errorMessage = null
  next.overallProgress = 100
}

/** A task keeps the stage that it was cancelled in; one that failed first, that which failed. */
function cancel(next: StatusDocument, event: IndexEventOf<'run.cancelled'>): void {
  if (next.status === 'failed') next.currentStage = next.stageHistory.at(-1)?.stage ?? 'queued'
  end(next, 'cancelled', event.at)
  next.errorMessage = null
}

function end(next: StatusDocument, status: TerminalStatus, at: Date): void {
  next.status = status
  rest(next, at)
}

/** Nothing is under way: no file in hand, no end to come, and rates over the whole run. */
function rest(next: StatusDocument, at: Date): void {
  const seconds = next.processingTime
  next.currentFile = null
  next.throughputFilesPerSecond = seconds > 0 ? next.processedFiles / seconds : 0
  next.throughputChunksPerSecond = seconds > 0 ? next.generatedChunks / seconds : 0
  next.embeddingProgress = { ...next.embeddingProgress, currentFile: null }
  if (next.health.state !== 'ok') next.health = { state: 'ok', since: at, detail: null }
  forgetEta(next)
}

function forgetEta(next: StatusDocument): void {
  next.eta = null
  next.estimatedCompletion = null
  next.embeddingProgress = { ...next.embeddingProgress, estimatedCompletion: null }
}
