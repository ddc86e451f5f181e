import type { IndexEventOf } from './events.ts'
import type { IndexingError } from './indexing-error.ts'
import { listedProblems } from './listed-problems.ts'
import type { StatusDocument } from './status.ts'
import { warningText } from './warning-text.ts'

// The part of `foldStatus` that deals with files and what went wrong with them. Everything here
// writes to a fresh copy of a status document and never to what the copy holds.

export function settleFile(next: StatusDocument, event: IndexEventOf<'file.settled'>): void {
  const files = { ...next.files }
  files[event.outcome] += 1
  next.files = files
  raiseProcessedFiles(next)
  if (event.outcome !== 'failed') return
  const error: IndexingError = event.error ?? {
    errorType: 'INTERNAL',
    errorMessage: event.detail ?? 'The file could not be indexed.',
    filePath: event.path,
    stage: next.currentStage,
    timestamp: event.at,
    recoverable: false,
    stackTrace: null,
  }
  addError(next, error)
}

/**
 * Files that are through: those that need nothing more than the plan, and those parsed so far. It
 * goes by the parsing stage because that is where a run's files pass one by one.
 */
export function raiseProcessedFiles(next: StatusDocument): void {
  const { indexed, unchanged, skipped, failed } = next.files
  const parsing = next.stageHistory.findLast(({ stage }) => stage === 'parsing')
  const parsed = parsing?.processedItems ?? 0
  let processed = Math.max(skipped + unchanged + parsed, indexed + unchanged + skipped + failed)
  if (next.totalFiles !== null) {
    const notToParse = next.totalFiles - (parsing?.totalItems ?? next.totalFiles)
    // The bound is for a file that is skipped while it is parsed: it counts twice for a moment.
    processed = Math.min(Math.max(processed, notToParse + parsed), next.totalFiles)
  }
  next.processedFiles = Math.max(next.processedFiles, processed)
}

export function addError(next: StatusDocument, error: IndexingError): void {
  next.errorsCount += 1
  next.errors = withNewest(next.errors, error)
  if (error.stage !== 'embedding') return
  const { embeddingProgress } = next
  next.embeddingProgress = {
    ...embeddingProgress,
    embeddingErrors: withNewest(embeddingProgress.embeddingErrors, error.errorMessage),
  }
}

export function addWarning(next: StatusDocument, event: IndexEventOf<'warning.recorded'>): void {
  next.warningsCount += 1
  next.warnings = withNewest(next.warnings, warningText(event))
}

function withNewest<Item>(items: readonly Item[], item: Item): Item[] {
  return [...items.slice(1 - listedProblems), item]
}
