import type { TaskLog } from '@cairn/core'
import type {
  EmbeddingMetrics,
  IndexEvent,
  StageMetrics,
  StatusDocument,
  WorkingStage,
} from '@cairn/protocol'
import { workingStages } from '@cairn/protocol/fold'
import type { Database } from './database.ts'
import type { Names } from './names.ts'
import type { Sync } from './sync.ts'

interface StageTotals {
  success: number
  errors: number
  seconds: number | null
  least: number | null
  most: number | null
}

/** Runs whose speed says how fast the next one will be. */
const recentRuns = 5

/** Keeps what the figures are made of: each stage that a run completed, or failed in. */
export function recordStageRun(
  database: Database,
  run: { task: number; repository: number; before: StatusDocument | null; event: IndexEvent },
): void {
  const { task, repository, before, event } = run
  const insert = database.prepare(
    'insert into stage_runs (task, repository, stage, seconds, items, is_success) values (?, ?, ?, ?, ?, ?)',
  )
  if (event.type === 'stage.completed') {
    insert.run(task, repository, event.stage, event.durationSeconds, event.processedItems, 1)
  } else if (event.type === 'run.failed' && before?.currentStageProgress?.completedAt === null) {
    const { stage, startedAt, processedItems } = before.currentStageProgress
    const seconds = Math.max(0, (event.at.getTime() - startedAt.getTime()) / 1000)
    insert.run(task, repository, stage, seconds, processedItems, 0)
  }
}

/** The part of {@link TaskLog} that sums up many tasks. */
export function createMetrics(
  database: Database,
  repositories: Names,
): Pick<Sync<TaskLog>, 'metrics' | 'secondsPerItem'> {
  const activeIn = (stage: WorkingStage): number =>
    database
      .prepare<{ active: number }>(
        `select count(*) as active from tasks where is_ended = 0 and status <> 'paused' and snapshot ->> '$.currentStage' = ?`,
      )
      .get(stage)?.active ?? 0

  /** Seconds of successful runs by the nearest-rank method. */
  const percentile = (stage: WorkingStage, count: number, share: number): number =>
    count === 0
      ? 0
      : (database
          .prepare<{ seconds: number }>(
            'select seconds from stage_runs where stage = ? and is_success = 1 order by seconds limit 1 offset ?',
          )
          .get(stage, Math.max(0, Math.ceil(count * share) - 1))?.seconds ?? 0)

  const totalsOf = (stage: WorkingStage): StageTotals =>
    database
      .prepare<StageTotals>(
        `select count(*) filter (where is_success = 1) as success, count(*) filter (where is_success = 0) as errors,
           sum(seconds) filter (where is_success = 1) as seconds,
           min(seconds) filter (where is_success = 1) as least,
           max(seconds) filter (where is_success = 1) as most
         from stage_runs where stage = ?`,
      )
      .get(stage) ?? { success: 0, errors: 0, seconds: null, least: null, most: null }

  return {
    metrics() {
      const stages: StageMetrics = {}
      for (const stage of workingStages) {
        const { success, errors, seconds, least, most } = totalsOf(stage)
        const currentActive = activeIn(stage)
        if (success + errors + currentActive === 0) continue
        stages[stage] = {
          totalExecutions: success + errors,
          totalDuration: seconds ?? 0,
          averageDuration: success === 0 ? 0 : (seconds ?? 0) / success,
          minDuration: least ?? 0,
          maxDuration: most ?? 0,
          p50Duration: percentile(stage, success, 0.5),
          p95Duration: percentile(stage, success, 0.95),
          successCount: success,
          errorCount: errors,
          currentActive,
        }
      }
      return {
        stages,
        embedding: embeddingMetrics(database, totalsOf('embedding'), activeIn('embedding')),
      }
    },

    secondsPerItem(repository) {
      const ofRepository = database.prepare<{ pace: number }>(
        `select seconds / items as pace from stage_runs
         where stage = ? and is_success = 1 and items > 0 and repository = ? order by id desc limit ${recentRuns}`,
      )
      const ofAny = database.prepare<{ pace: number }>(
        `select seconds / items as pace from stage_runs
         where stage = ? and is_success = 1 and items > 0 order by id desc limit ${recentRuns}`,
      )
      const id = repositories.find(repository)
      const paces: Partial<Record<WorkingStage, number>> = {}
      for (const stage of workingStages) {
        const own = ofRepository.all(stage, id)
        const pace = median((own.length > 0 ? own : ofAny.all(stage)).map((row) => row.pace))
        if (pace !== null) paces[stage] = pace
      }
      return paces
    },
  }
}

function embeddingMetrics(
  database: Database,
  totals: StageTotals,
  active: number,
): EmbeddingMetrics {
  const tasks = database
    .prepare<{ chunks: number; errors: number }>(
      'select ifnull(sum(embedded_chunks), 0) as chunks, ifnull(sum(embedding_errors), 0) as errors from tasks',
    )
    .get() ?? { chunks: 0, errors: 0 }
  const ledger = database
    .prepare<{ repositories: number; spaces: number; size: number; kinds: number; failed: number }>(
      `select count(*) filter (where data ->> '$.chunks' > 0) as repositories,
         count(distinct data ->> '$.embedder.dimensions') as kinds,
         ifnull(sum((data ->> '$.embedder.dimensions') * (data ->> '$.chunks')) * 1.0 / nullif(sum(data ->> '$.chunks'), 0), 0) as size,
         (select ifnull(sum(json_array_length(failed_chunks)), 0) from ledger_files where failed_chunks is not null) as failed
       from ledger_repositories`,
    )
    .get() ?? { repositories: 0, size: 0, kinds: 0, failed: 0 }
  const seconds = totals.seconds ?? 0
  return {
    totalChunksEmbedded: tasks.chunks,
    totalEmbeddingTime: seconds,
    averageEmbeddingRate: seconds === 0 ? 0 : tasks.chunks / seconds,
    activeEmbeddingTasks: active,
    embeddingErrors: tasks.errors,
    repositoriesWithEmbeddings: ledger.repositories,
    embeddingQualityMetrics: {
      dimensionConsistency: ledger.kinds <= 1,
      averageEmbeddingSize: ledger.size,
      nullEmbeddings: ledger.failed,
    },
  }
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length / 2
  const upper = sorted[Math.floor(middle)]
  if (upper === undefined) return null
  const lower = sorted[Math.ceil(middle) - 1] ?? upper
  return (lower + upper) / 2
}
