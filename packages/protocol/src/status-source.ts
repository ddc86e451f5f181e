import type { CleanupAnswer, OptimizeAnswer } from './control.ts'
import type { LogLevel } from './log-levels.ts'
import type { LogEntry } from './logs.ts'
import type { EmbeddingMetrics, StageMetrics } from './metrics.ts'
import type { PlanDocument } from './plan.ts'
import type { RemovalReport, RepositoryInfo } from './repositories.ts'
import type { priorities } from './requested-run.ts'
import type { SearchAnswer, SearchRequest } from './search.ts'
import type { Stage, TaskStatus } from './stages.ts'
import type { StatusDocument } from './status.ts'

/** Which tasks are meant; an absent member does not narrow. */
export interface TaskSelection {
  readonly status?: readonly TaskStatus[]
  /** Names of repositories; tasks of any of them. */
  readonly repository?: string | readonly string[]
}

/** Sums over tasks. */
export interface TaskTotals {
  /** Tasks by status; a status that no task has is absent. */
  readonly byStatus: Readonly<Partial<Record<TaskStatus, number>>>
  readonly processedFiles: number
  readonly generatedChunks: number
  /** Seconds over all ended tasks. */
  readonly totalProcessingTime: number
  /** Mean over completed tasks, files per second. */
  readonly averageFilesPerSecond: number
  /** Mean over completed tasks, chunks per second. */
  readonly averageChunksPerSecond: number
}

/** Which page of a list is meant. */
export interface PageRequest {
  /** Entries. */
  readonly limit?: number
  /** The `nextCursor` of the page before. */
  readonly cursor?: string
}

/**
 * What a status server shows: an indexer is one. Rejections carry a `code` of {@link ErrorCode}:
 * `TASK_NOT_FOUND`, `REPOSITORY_NOT_FOUND`, `INVALID_OPTIONS` for a cursor that is not one, `STORE_*` while
 * the store cannot answer.
 */
export interface StatusSource {
  /** Where a task is. */
  status(taskId: string): Promise<StatusDocument>
  /**
   * Newest first: by when they were queued, or, of those that have ended, by when they did.
   * @default order `'queued'`
   */
  tasks(
    filter?: TaskSelection & PageRequest & { readonly order?: 'queued' | 'ended' },
  ): Promise<{ tasks: StatusDocument[]; total: number; nextCursor: string | null }>
  /** Sums over the tasks that are meant. */
  totals(selection?: TaskSelection): Promise<TaskTotals>
  /** Oldest first. */
  logs(
    taskId: string,
    filter?: PageRequest & {
      readonly level?: LogLevel
      readonly stage?: Stage
      readonly file?: string
      readonly query?: string
      readonly since?: Date
      readonly until?: Date
    },
  ): Promise<{ logs: LogEntry[]; total: number; nextCursor: string | null }>
  /** How stages and embedding went, over every run or over those of some repositories. */
  metrics(
    selection?: Pick<TaskSelection, 'repository'>,
  ): Promise<{ stages: StageMetrics; embedding: EmbeddingMetrics }>
  /** What is indexed, by name. */
  repositories(): Promise<readonly RepositoryInfo[]>
  /** The best chunks for a query, best first. */
  search(
    query: string,
    options?: { [Key in keyof Omit<SearchRequest, 'query'>]?: NonNullable<SearchRequest[Key]> },
  ): Promise<SearchAnswer>
  /**
   * Calls the listener with the status of a task after each of its events, in the order of `seq`, from now
   * on: at once for a run of this process, and within {@link StatusWatchOptions.intervalMs} for one
   * of another process on the same store, whose statuses in between may be left out. Of stage changes and
   * ends none is left out.
   *
   * @returns a function that ends it; nothing is called after it
   */
  watch(listener: StatusListener, options?: StatusWatchOptions): () => void
}

/** Gets the status of a task after a change. */
export type StatusListener = (status: StatusDocument) => void

/** Options of {@link StatusSource.watch}. */
export interface StatusWatchOptions {
  /** Milliseconds between looks for what other processes did. @default 250 */
  readonly intervalMs?: number
  /** Called when the store cannot be read, once until it can be again, and with null then. */
  readonly onAvailability?: (error: Error | null) => void
}

/**
 * What a host may keep about a repository beside its code; `POST /filter` finds by it. A member that is
 * absent stays as it was, null takes it away.
 */
export interface AboutRepository {
  readonly businessDomain?: string | null
  readonly teamOwner?: string | null
  readonly isGoldenRepo?: boolean | null
}

/** What the control routes ask an indexer to do; an indexer is one. */
export interface IndexControl {
  /**
   * Throws what {@link IndexControl.index} would refuse of the request itself, and starts nothing: for requests of
   * which all or none are to begin.
   */
  check(request: IndexCommand): void
  /** Starts a run and returns at once. Throws `REPOSITORY_BUSY` where something works on the repository. */
  index(request: IndexCommand): StartedRun
  /** What {@link IndexControl.index} would do with each file. */
  plan(request: IndexCommand): Promise<PlanDocument>
  /** An incremental run from the source that the repository was last indexed from. */
  update(repository: string): Promise<StartedRun>
  /**
   * Ends a task, whoever was at it; resolves when it has ended, with the status unchanged where it had
   * ended before.
   */
  cancel(taskId: string, reason?: string): Promise<StatusDocument>
  /**
   * Resolves when the run holds no worker, no connection and no place in the queue; at once for a task
   * that is paused already. Rejects with `TASK_ENDED` for one that has ended.
   */
  pause(taskId: string): Promise<StatusDocument>
  /**
   * Goes on with a task that is paused, failed, cancelled or was interrupted: a new run of the same task.
   * Rejects with `REPOSITORY_BUSY` for one that is under way and with `TASK_ENDED` for one that completed.
   */
  resume(taskId: string): Promise<StartedRun>
  /** Removes a repository from every store. */
  remove(repository: string): Promise<RemovalReport>
  /** Looks after the stores: statistics, unused room. */
  optimize(): Promise<OptimizeAnswer>
  /** Drops ended tasks, with their events and logs, that are older than this. */
  cleanup(options: { readonly olderThanHours: number }): Promise<CleanupAnswer>
}

/** Whose turn comes first where several runs wait. */
export type Priority = (typeof priorities)[number]

/** Runs of which at most so many go at once, whatever else the indexer does. */
export interface RunGroup {
  /** The same for all of them, and for no others. */
  readonly id: string
  /** From 1; the indexer's own limit holds beside it. */
  readonly concurrentRuns: number
}

/** What is to be indexed. */
export type IndexCommand = (
  | { readonly path: string; readonly ref?: string }
  | { readonly url: string; readonly ref?: string }
) & {
  readonly name?: string
  readonly about?: AboutRepository
  readonly group?: RunGroup
  /** What to do when something else works on the repository. @default 'reject' */
  readonly onBusy?: 'reject' | 'wait'
  /** @default 'medium' */
  readonly priority?: Priority
}

/** A run that was started. */
export interface StartedRun {
  readonly taskId: string
  readonly runId: string
  readonly repository: string
  /** Settles when the run ends; rejects where it did not complete. */
  readonly finished: Promise<unknown>
  /** Null before the first event is stored. */
  status(): StatusDocument | null
}
