import { z } from 'zod'
import { countSchema, rateSchema } from './scalars.ts'
import { taskStatusSchema } from './stage-schemas.ts'
import { type StatusDocument, statusDocumentSchema } from './status.ts'

/** A task in a list: the head of its status document. */
export const taskSummarySchema = statusDocumentSchema.pick({
  taskId: true,
  repositoryName: true,
  status: true,
  currentStage: true,
  overallProgress: true,
  processedFiles: true,
  generatedChunks: true,
  startedAt: true,
  estimatedCompletion: true,
  errorsCount: true,
  warningsCount: true,
})
/** A task in a list: the head of its status document. */
export type TaskSummary = z.infer<typeof taskSummarySchema>

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

/** Answer of `GET /status`. */
export const taskListSchema = z.object({
  /** Newest first. */
  tasks: z.array(taskSummarySchema),
  /** Tasks that the filter matches, over all pages. */
  total: countSchema,
  summary: z.object({
    /** Tasks by status; a status that no task has is absent. */
    byStatus: z.partialRecord(taskStatusSchema, countSchema),
    processedFiles: countSchema,
    generatedChunks: countSchema,
    /** Mean over the tasks. */
    averageFilesPerSecond: rateSchema,
    averageChunksPerSecond: rateSchema,
  }),
  /** The tasks that ended last, newest first. */
  recent: z.array(taskSummarySchema),
  timestamp: z.date(),
  /** Null at the end. */
  nextCursor: z.string().nullable(),
})
/** Answer of `GET /status`. */
export type TaskList = z.infer<typeof taskListSchema>
