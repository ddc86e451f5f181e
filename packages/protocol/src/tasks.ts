import { z } from 'zod'
import { countSchema, rateSchema } from './scalars.ts'
import { taskStatusSchema } from './stage-schemas.ts'
import { statusDocumentSchema } from './status.ts'

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
