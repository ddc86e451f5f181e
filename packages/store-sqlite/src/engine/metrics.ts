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
  /** Repositories as a parameter: null for all. */
  type Among = string | null

  const activeIn = (stage: WorkingStage, among: Among): number =>
    database
      .prepare<{ active: number }>(
        `select count(*) as active from tasks where is_ended = 0 and status <> 'paused' and snapshot ->> '$.currentStage' = ?1
           and (?2 is null or repository in (select value from json_each(?2)))`,
      )
      .get(stage, among)?.active ?? 0

  const ofRepositories = `(?2 is null or repository in
    (select r.id from json_each(?2) j join repositories r on r.name = j.value))`

  /** Seconds of successful runs by the nearest-rank method. */
  const percentile = (stage: WorkingStage, among: Among, count: number, share: number): number =>
    count === 0
      ? 0
      : (database
          .prepare<{ seconds: number }>(
            `select seconds from stage_runs where stage = ?1 and is_success = 1 and ${ofRepositories}
             order by seconds limit 1 offset ?3`,
          )
          .get(stage, among, Math.max(0, Math.ceil(count * share) - 1))?.seconds ?? 0)

  const totalsOf = (stage: WorkingStage, among: Among): StageTotals =>
    database
      .prepare<StageTotals>(
        `select count(*) filter (where is_success = 1) as success, count(*) filter (where is_success = 0) as errors,
           sum(seconds) filter (where is_success = 1) as seconds,
           min(seconds) filter (where is_success = 1) as least,
           max(seconds) filter (where is_success = 1) as most
         from stage_runs where stage = ?1 and ${ofRepositories}`,
      )
      .get(stage, among) ?? { success: 0, errors: 0, seconds: null, least: null, most: null }

  return {
    metrics({ repository }) {
      const among = repository === undefined ? null : JSON.stringify([repository].flat())
      const stages: StageMetrics = {}
      for (const stage of workingStages) {
        const { success, errors, seconds, least, most } = totalsOf(stage, among)
        const currentActive = activeIn(stage, among)
        if (success + errors + currentActive === 0) continue
        stages[stage] = {
          totalExecutions: success + errors,
          totalDuration: seconds ?? 0,
          averageDuration: success === 0 ? 0 : (seconds ?? 0) / success,
          minDuration: least ?? 0,
          maxDuration: most ?? 0,
          p50Duration: percentile(stage, among, success, 0.5),
          p95Duration: percentile(stage, among, success, 0.95),
          successCount: success,
          errorCount: errors,
          currentActive,
        }
      }
      return {
        stages,
        embedding: embeddingMetrics(
          database,
          among,
          totalsOf('embedding', among),
          activeIn('embedding', among),
        ),
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
  among: string | null,
  totals: StageTotals,
  active: number,
): EmbeddingMetrics {
  const tasks = database
    .prepare<{ chunks: number; errors: number }>(
      `select ifnull(sum(embedded_chunks), 0) as chunks, ifnull(sum(embedding_errors), 0) as errors from tasks
       where ?1 is null or repository in (select value from json_each(?1))`,
    )
    .get(among) ?? { chunks: 0, errors: 0 }
  const ledger = database
    .prepare<{ repositories: number; spaces: number; size: number; kinds: number; failed: number }>(
      `select count(*) filter (where data ->> '$.chunks' > 0) as repositories,
         count(distinct data ->> '$.embedder.dimensions') as kinds,
         ifnull(sum((data ->> '$.embedder.dimensions') * (data ->> '$.chunks')) * 1.0 / nullif(sum(data ->> '$.chunks'), 0), 0) as size,
         (select ifnull(sum(json_array_length(f.failed_chunks)), 0) from ledger_files f where f.failed_chunks is not null
            and (?1 is null or f.repository in (select r.id from json_each(?1) j join repositories r on r.name = j.value))) as failed
       from ledger_repositories
       where ?1 is null or repository in (select r.id from json_each(?1) j join repositories r on r.name = j.value)`,
    )
    .get(among) ?? { repositories: 0, size: 0, kinds: 0, failed: 0 }
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
