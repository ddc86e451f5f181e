import {
  embeddingMetricsAnswerSchema,
  stageMetricsAnswerSchema,
  statisticsSchema,
} from '@cairn/protocol'
import type { AnswerContext } from './answer-context.ts'
import { jsonAnswer } from './json-answer.ts'
import type { Scope } from './scope.ts'
import type { WireAnswer } from './wire-request.ts'

/** `GET /metrics/stages` */
export async function answerStageMetrics({ source, scope }: AnswerContext): Promise<WireAnswer> {
  const { stages } = await source.metrics(selectionOf(scope))
  return jsonAnswer(stageMetricsAnswerSchema, {
    stageMetrics: stages,
    totalStagesTracked: Object.keys(stages).length,
    timestamp: new Date(),
  })
}

/** `GET /metrics/embedding` */
export async function answerEmbeddingMetrics({
  source,
  scope,
}: AnswerContext): Promise<WireAnswer> {
  const { embedding } = await source.metrics(selectionOf(scope))
  return jsonAnswer(embeddingMetricsAnswerSchema, {
    embeddingMetrics: embedding,
    timestamp: new Date(),
  })
}

/** `GET /statistics` */
export async function answerStatistics({ source, scope }: AnswerContext): Promise<WireAnswer> {
  const { byStatus, ...totals } = await source.totals(selectionOf(scope))
  const { completed = 0, failed = 0, cancelled = 0 } = byStatus
  const tracked = Object.values(byStatus).reduce((sum, count) => sum + count, 0)
  const ended = completed + failed + cancelled
  return jsonAnswer(statisticsSchema, {
    processingStatistics: {
      totalTasks: tracked,
      completedTasks: completed,
      failedTasks: failed,
      cancelledTasks: cancelled,
      processedFiles: totals.processedFiles,
      generatedChunks: totals.generatedChunks,
      totalProcessingTime: totals.totalProcessingTime,
      averageProcessingTime: ended === 0 ? 0 : totals.totalProcessingTime / ended,
      averageFilesPerSecond: totals.averageFilesPerSecond,
      averageChunksPerSecond: totals.averageChunksPerSecond,
    },
    activeTasks: tracked - ended,
    trackedTasks: tracked,
    timestamp: new Date(),
  })
}

function selectionOf({ repositories }: Scope): { repository?: readonly string[] } {
  return repositories === null ? {} : { repository: repositories }
}
