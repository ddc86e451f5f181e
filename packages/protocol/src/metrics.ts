import { z } from 'zod'
import { countSchema, rateSchema, secondsSchema } from './scalars.ts'
import { stageSchema } from './stage-schemas.ts'

/** How one stage went over every run; durations in seconds. */
export const stageMetricSchema = z.object({
  totalExecutions: countSchema,
  totalDuration: secondsSchema,
  averageDuration: secondsSchema,
  minDuration: secondsSchema,
  maxDuration: secondsSchema,
  p50Duration: secondsSchema,
  p95Duration: secondsSchema,
  successCount: countSchema,
  errorCount: countSchema,
  /** Runs that are in the stage now. */
  currentActive: countSchema,
})
/** How one stage went over every run; durations in seconds. */
export type StageMetric = z.infer<typeof stageMetricSchema>

/** {@link StageMetric} by stage; a stage that no run entered is absent. */
export const stageMetricsSchema = z.partialRecord(stageSchema, stageMetricSchema)
/** {@link StageMetric} by stage; a stage that no run entered is absent. */
export type StageMetrics = z.infer<typeof stageMetricsSchema>

/** Answer of `GET /metrics/stages`. */
export const stageMetricsAnswerSchema = z.object({
  stageMetrics: stageMetricsSchema,
  totalStagesTracked: countSchema,
  timestamp: z.date(),
})
/** Answer of `GET /metrics/stages`. */
export type StageMetricsAnswer = z.infer<typeof stageMetricsAnswerSchema>

/** How embedding went over every run. */
export const embeddingMetricsSchema = z.object({
  totalChunksEmbedded: countSchema,
  /** Seconds. */
  totalEmbeddingTime: secondsSchema,
  /** Chunks per second. */
  averageEmbeddingRate: rateSchema,
  activeEmbeddingTasks: countSchema,
  embeddingErrors: countSchema,
  repositoriesWithEmbeddings: countSchema,
  embeddingQualityMetrics: z.object({
    /** Whether every vector has the dimensions of its embedder. */
    dimensionConsistency: z.boolean(),
    /** Dimensions of a vector, on average. */
    averageEmbeddingSize: z.number().nonnegative(),
    /** Chunks without a vector. */
    nullEmbeddings: countSchema,
  }),
})
/** How embedding went over every run. */
export type EmbeddingMetrics = z.infer<typeof embeddingMetricsSchema>

/** Answer of `GET /metrics/embedding`. */
export const embeddingMetricsAnswerSchema = z.object({
  embeddingMetrics: embeddingMetricsSchema,
  timestamp: z.date(),
})
/** Answer of `GET /metrics/embedding`. */
export type EmbeddingMetricsAnswer = z.infer<typeof embeddingMetricsAnswerSchema>

/** Answer of `GET /statistics`. */
export const statisticsSchema = z.object({
  processingStatistics: z.object({
    totalTasks: countSchema,
    completedTasks: countSchema,
    failedTasks: countSchema,
    cancelledTasks: countSchema,
    processedFiles: countSchema,
    generatedChunks: countSchema,
    /** Seconds over all ended tasks. */
    totalProcessingTime: secondsSchema,
    averageProcessingTime: secondsSchema,
    /** Mean over completed tasks. */
    averageFilesPerSecond: rateSchema,
    averageChunksPerSecond: rateSchema,
  }),
  activeTasks: countSchema,
  trackedTasks: countSchema,
  timestamp: z.date(),
})
/** Answer of `GET /statistics`. */
export type Statistics = z.infer<typeof statisticsSchema>
