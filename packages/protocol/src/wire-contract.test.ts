import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { acceptedTaskSchema, bulkRequestSchema, repositoryRequestSchema } from './control.ts'
import { indexEventTypes } from './events.ts'
import { indexingErrorSchema } from './indexing-error.ts'
import { logEntrySchema, logListSchema } from './logs.ts'
import { embeddingMetricsSchema, stageMetricSchema } from './metrics.ts'
import { repositoryFilterSchema, repositoryListSchema } from './repositories.ts'
import { defaultBasePath, routes } from './routes.ts'
import { embeddingProgressSchema, stageProgressSchema, statusDocumentSchema } from './status.ts'
import { taskListSchema, taskSummarySchema } from './tasks.ts'
import { wireSchema } from './wire-schema.ts'

// Clients of these names are out there: a name that is missing here has broken them.
const contract: [string, z.ZodObject, string][] = [
  [
    'status document',
    statusDocumentSchema,
    `task_id run_id repository_name status current_stage overall_progress stage_history
    current_stage_progress processed_files total_files current_file files_by_language
    embedding_progress generated_chunks stored_chunks started_at estimated_completion
    processing_time throughput_files_per_second throughput_chunks_per_second errors warnings
    errors_count warnings_count error_message seq epoch updated_at files health eta`,
  ],
  [
    'stage progress',
    stageProgressSchema,
    `stage started_at completed_at progress_percentage current_operation processed_items
    total_items error_message`,
  ],
  [
    'embedding progress',
    embeddingProgressSchema,
    `total_chunks embedded_chunks reused_chunks embedding_rate estimated_completion current_file
    embedding_errors`,
  ],
  [
    'error',
    indexingErrorSchema,
    'error_type error_message file_path stage timestamp recoverable stack_trace',
  ],
  ['task list', taskListSchema, 'tasks total summary recent timestamp next_cursor'],
  [
    'task of a list',
    taskSummarySchema,
    `task_id repository_name status current_stage overall_progress processed_files generated_chunks
    started_at estimated_completion errors_count warnings_count`,
  ],
  ['log list', logListSchema, 'task_id repository_name log_level total_logs logs next_cursor'],
  ['log entry', logEntrySchema, 'timestamp level stage message details'],
  [
    'stage metrics',
    stageMetricSchema,
    `total_executions total_duration average_duration min_duration max_duration p50_duration
    p95_duration success_count error_count current_active`,
  ],
  [
    'embedding metrics',
    embeddingMetricsSchema,
    `total_chunks_embedded total_embedding_time average_embedding_rate active_embedding_tasks
    embedding_errors repositories_with_embeddings embedding_quality_metrics`,
  ],
  ['repository list', repositoryListSchema, 'repositories total_repositories page_info'],
  [
    'filter',
    repositoryFilterSchema,
    'name_patterns domains teams priorities languages is_golden_repo exclude_names',
  ],
  [
    'request to index',
    repositoryRequestSchema,
    'name url branch priority business_domain team_owner is_golden_repo',
  ],
  ['bulk request', bulkRequestSchema, 'repositories max_concurrent'],
  [
    'accepted task',
    acceptedTaskSchema,
    `task_id repository_name status progress processed_files generated_chunks processing_time
    error_message`,
  ],
]

it.each(contract)('the %s has the names of the wire', (_name, schema, names) => {
  const wire = wireSchema(schema)
  const keys = wire instanceof z.ZodObject ? Object.keys(wire.shape) : []
  expect(keys.sort()).toEqual(names.split(/\s+/).sort())
})

describe('routes', () => {
  it('are those of the wire', () => {
    const listed = Object.values(routes).map(({ method, path, control }) => {
      return `${method} ${path}${control ? ' control' : ''}`
    })
    expect(defaultBasePath).toBe('/api/v1/index')
    expect(listed.sort()).toEqual([
      'DELETE /repository/{name} control',
      'GET /live-status',
      'GET /metrics/embedding',
      'GET /metrics/stages',
      'GET /openapi.json',
      'GET /repositories',
      'GET /repositories/{name}',
      'GET /statistics',
      'GET /status',
      'GET /status/{task_id}',
      'GET /status/{task_id}/events',
      'GET /status/{task_id}/logs',
      'GET /status/{task_id}/stream',
      'POST /bulk control',
      'POST /cleanup control',
      'POST /filter',
      'POST /optimize control',
      'POST /repository control',
      'POST /repository/local control',
      'POST /search',
      'POST /status/{task_id}/cancel control',
      'POST /status/{task_id}/pause control',
      'POST /status/{task_id}/resume control',
      'POST /update/{name} control',
    ])
  })
})

it('knows every event', () => {
  expect(indexEventTypes).toEqual([
    'run.queued',
    'run.started',
    'run.paused',
    'run.resumed',
    'run.retrying',
    'run.completed',
    'run.failed',
    'run.cancelled',
    'stage.started',
    'stage.progressed',
    'stage.completed',
    'embedding.progressed',
    'file.settled',
    'error.recorded',
    'warning.recorded',
    'health.changed',
  ])
})
