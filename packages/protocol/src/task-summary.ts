import type { StatusDocument } from './status.ts'
import type { TaskSummary } from './tasks.ts'

/** The head of a status document, as a list shows it. */
export function taskSummary(status: StatusDocument): TaskSummary {
  return {
    taskId: status.taskId,
    repositoryName: status.repositoryName,
    status: status.status,
    currentStage: status.currentStage,
    overallProgress: status.overallProgress,
    processedFiles: status.processedFiles,
    generatedChunks: status.generatedChunks,
    startedAt: status.startedAt,
    estimatedCompletion: status.estimatedCompletion,
    errorsCount: status.errorsCount,
    warningsCount: status.warningsCount,
  }
}
