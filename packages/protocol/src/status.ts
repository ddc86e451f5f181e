import { z } from 'zod'
import { fileCountsSchema } from './files.ts'
import { healthSchema } from './health.ts'
import { indexingErrorSchema } from './indexing-error.ts'
import {
  countSchema,
  countsByNameSchema,
  etaSchema,
  percentSchema,
  rateSchema,
  secondsSchema,
} from './scalars.ts'
import { stageSchema, taskStatusSchema } from './stage-schemas.ts'

/** One stage that a run entered. */
export const stageProgressSchema = z.object({
  stage: stageSchema,
  startedAt: z.date(),
  /** Null while the stage is under way, and where the run was cancelled in it. */
  completedAt: z.date().nullable(),
  progressPercentage: percentSchema,
  currentOperation: z.string().nullable(),
  processedItems: countSchema,
  totalItems: countSchema.nullable(),
  errorMessage: z.string().nullable(),
})
/** One stage that a run entered. */
export type StageProgress = z.infer<typeof stageProgressSchema>

/** How far embedding is. */
export const embeddingProgressSchema = z.object({
  totalChunks: countSchema,
  embeddedChunks: countSchema,
  /** Chunks whose vector was known from before. */
  reusedChunks: countSchema,
  /** Chunks per second. */
  embeddingRate: rateSchema,
  estimatedCompletion: z.date().nullable(),
  currentFile: z.string().nullable(),
  /** The newest 100. */
  embeddingErrors: z.array(z.string()),
})
/** How far embedding is. */
export type EmbeddingProgress = z.infer<typeof embeddingProgressSchema>

/** Where a task is, as one document: `EnhancedIndexingStatus` of the wire. */
export const statusDocumentSchema = z.object({
  taskId: z.string(),
  /** One task may be attempted more than once; each attempt is a run. */
  runId: z.string(),
  repositoryName: z.string(),
  status: taskStatusSchema,
  currentStage: stageSchema,
  /** Never goes backwards within a task, and is 100 only with `completed`. */
  overallProgress: percentSchema,
  /** Every working stage that the run entered, in order. */
  stageHistory: z.array(stageProgressSchema),
  /** The stage under way, or the one in which the task was paused or cancelled. */
  currentStageProgress: stageProgressSchema.nullable(),
  processedFiles: countSchema,
  /** Null until the plan is made. */
  totalFiles: countSchema.nullable(),
  currentFile: z.string().nullable(),
  /** Files of the plan by language. */
  filesByLanguage: countsByNameSchema,
  embeddingProgress: embeddingProgressSchema,
  generatedChunks: countSchema,
  storedChunks: countSchema,
  /** When the run started; when it was queued, as long as it has not. */
  startedAt: z.date(),
  estimatedCompletion: z.date().nullable(),
  /** Seconds since the run started, or that it took. */
  processingTime: secondsSchema,
  /** Over a sliding window while running, over the whole run when ended. */
  throughputFilesPerSecond: rateSchema,
  throughputChunksPerSecond: rateSchema,
  /** The newest {@link listedProblems}; `errorsCount` is the total. */
  errors: z.array(indexingErrorSchema),
  /** The newest {@link listedProblems}; `warningsCount` is the total. */
  warnings: z.array(z.string()),
  errorsCount: countSchema,
  warningsCount: countSchema,
  /** Why the run failed, or paused itself, in one sentence a person can act on. */
  errorMessage: z.string().nullable(),
  /** Position in the task's event log. */
  seq: countSchema,
  /** Changes when the event log was lost or reset; from the task's first `run.queued`, empty where that was never stored. */
  epoch: z.string(),
  updatedAt: z.date(),
  files: fileCountsSchema,
  health: healthSchema,
  eta: etaSchema.nullable(),
})
/** Where a task is, as one document: `EnhancedIndexingStatus` of the wire. */
export type StatusDocument = z.infer<typeof statusDocumentSchema>
