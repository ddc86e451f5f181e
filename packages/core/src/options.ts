import type {
  AboutRepository,
  CleanupAnswer,
  EmbeddingMetrics,
  Explanation,
  FileCounts,
  IndexEvent,
  IndexEventMap,
  OptimizeAnswer,
  PlanDocument,
  Priority,
  ReconcileReport,
  RemovalReport,
  RepositoryInfo,
  RunGroup,
  SearchAnswer,
  StageMetrics,
  StatusDocument,
  StatusListener,
  StatusWatchOptions,
  TaskSelection,
  TaskTotals,
  WorkingStage,
} from '@cairn/protocol'
import type { EventEmitter } from 'eventemitter3'
import type { Embedder } from './contracts/embedder.ts'
import type { FileRecord, LogFilter, TaskFilter, TaskLog } from './contracts/journal.ts'
import type { Language } from './contracts/language.ts'
import type { SymbolKind } from './contracts/parsed-file.ts'
import type { Storage } from './contracts/storage.ts'

/** A logger of the host; pino's shape. */
export interface Logger {
  /** What helps to find a defect. */
  debug(details: object, message: string): void
  /** What happened. */
  info(details: object, message: string): void
  /** What someone should look at. */
  warn(details: object, message: string): void
  /** What failed. */
  error(details: object, message: string): void
}

/** Limits that keep a run within its host; each has a default that suits a laptop. */
export interface Limits {
  /** Threads that parse. @default the number of cores, at most 4 */
  readonly parseThreads?: number
  /** Milliseconds for one file; a file that takes longer fails with `PARSE_TIMEOUT`. @default 10_000 */
  readonly parseTimeoutMs?: number
  /** Bytes above which a file is skipped as too large. @default 1_048_576 */
  readonly maxFileBytes?: number
  /** Files of a source, also those that are skipped; one with more is refused as `SOURCE_TOO_LARGE`. @default 1_000_000 */
  readonly maxFiles?: number
  /** Characters of a chunk. @default 2_000 */
  readonly maxChunkCharacters?: number
  /** Milliseconds that one call of the embedder may take. @default 120_000 */
  readonly embedTimeoutMs?: number
  /**
   * Times that a call of a store, of the embedder or of a remote is tried again while its error is
   * recoverable. The pauses between grow to 10 s: ten of them take about a minute. @default 10
   */
  readonly retries?: number
  /** Milliseconds without progress after which `health` is `stalled`. @default 30_000 */
  readonly stallAfterMs?: number
  /**
   * Bytes that the process may hold in memory (its resident set, with what the host holds). Fewer threads and
   * smaller batches are begun the nearer it comes; a run that cannot fit fails with `MEMORY_LIMIT`, which says
   * what would do. Below 1.5 GB, V8 no longer optimizes WebAssembly in this process once something is parsed:
   * for the parsers alone it takes up to half a gigabyte for a while.
   * @default nine tenths of what the container allows, without failing; none where there is no such limit
   */
  readonly memoryBytes?: number
  /** Runs at once; further ones wait for their turn, by priority. @default 2 */
  readonly concurrentRuns?: number
  /** Clones and fetches at once from one host. @default 2 */
  readonly clonesPerHost?: number
}

/**
 * What is kept of the past, and for how long. It is applied in the background after a run, and by
 * {@link Indexer.cleanup}. What an indexed repository needs is never dropped, nor its newest task or one
 * that is paused or under way.
 */
export interface Retention {
  /** Ended tasks of one repository, with their events and logs; the oldest go first. @default 100 */
  readonly tasksPerRepository?: number
  /** Days after its end for which a task is kept. @default 90 */
  readonly taskDays?: number
  /** Bytes of the events of ended tasks, over all repositories; the oldest tasks go first. @default 268_435_456 */
  readonly eventBytes?: number
  /**
   * Bytes of vectors whose text stands in no indexed file any more, which spare embedding when it comes
   * back, as with another branch; those that were needed last the longest ago go first.
   * @default 134_217_728
   */
  readonly spareVectorBytes?: number
  /**
   * Bytes of clones of remote repositories; those that were used last the longest ago go first, but none
   * that was used within ten minutes.
   * @default 10_737_418_240
   */
  readonly cloneBytes?: number
}

/** Options of `createIndexer`. */
export interface IndexerOptions {
  /** Where the journal, the vectors and the graph are kept. The indexer does not close it. */
  readonly storage: Storage
  /** What turns text into vectors. The indexer does not close it. */
  readonly embedder: Embedder
  /** Folder for clones of remote repositories; made when first needed. */
  readonly cloneDirectory: string
  /** Languages beside the built-in ones; one of the same id takes its place. @default [] */
  readonly languages?: readonly Language[]
  readonly limits?: Limits
  readonly retention?: Retention
  /** @default silent */
  readonly logger?: Logger
  /**
   * Credentials for every remote whose request and URL bring none: also for tasks that go on in another
   * process, since credentials are never stored. @default none
   */
  readonly auth?: CredentialsCallback
  /**
   * Whether tasks that a process left unfinished when it died go on by themselves, as soon as the store
   * can be written: for each repository its newest task. @default false
   */
  readonly resumeOnStart?: boolean
}

/** Credentials for a remote; they are never stored, logged or shown. */
export type Credentials =
  | { readonly username?: string; readonly password: string }
  | { readonly token: string }

/** Asks the host for credentials; `attempt` counts from 1. Undefined: go on without. */
export type CredentialsCallback = (context: {
  /** The URL without credentials. */
  readonly url: string
  readonly attempt: number
}) => Credentials | undefined | Promise<Credentials | undefined>

/** Code in a folder: a Git working tree, a bare repository or a plain folder. */
export interface LocalSource {
  readonly path: string
  /** Branch, tag or commit to read from Git's objects. @default the working tree as it stands */
  readonly ref?: string
}

/** Code in a remote Git repository. */
export interface RemoteSource {
  /** `https`, `http`, `ssh` (also `git@host:path`), `git` or `file`. */
  readonly url: string
  /** Branch, tag or commit. @default the remote's default branch */
  readonly ref?: string
  /** Commits to fetch, or all of them. @default 1 */
  readonly depth?: number | 'full'
  readonly auth?: CredentialsCallback
}

/** Where code comes from. */
export type Source = LocalSource | RemoteSource

/** What narrows the files of a source. */
export interface FileSelection {
  /** Globs over `/`-separated paths; only files that match one are indexed. @default every file */
  readonly include?: readonly string[]
  /** Globs; files that match one are skipped as `excluded`. @default [] */
  readonly exclude?: readonly string[]
}

/** Progress as a plain callback: `percent` 0–100 of the stage. */
export type ProgressCallback = (
  stage: WorkingStage,
  percent: number,
  details: { readonly overallPercent: number; readonly status: StatusDocument },
) => unknown

/**
 * What a request does where something else works on its repository: `'reject'` refuses with
 * `REPOSITORY_BUSY`; `'wait'` waits for its turn; `'join'` gets the run that goes or waits, if that was
 * asked for the same files of the same source, and waits where there is none; `'supersede'` cancels the
 * runs of the repository and starts when they have ended. A removal or a reconciliation is waited for.
 */
export type OnBusy = 'reject' | 'wait' | 'join' | 'supersede'

/** What `index` is asked. */
export type IndexRequest = Source &
  FileSelection & {
    /** Name of the repository. @default the folder's or the URL's last part */
    readonly name?: string
    /**
     * What the host keeps about the repository, shown by `repositories()` with the `priority` of the
     * request. What is left out stays as it was; null takes it away.
     */
    readonly about?: AboutRepository
    /** Whose turn comes first where runs wait. @default 'medium' */
    readonly priority?: Priority
    /** Other runs that it must not go with all at once. */
    readonly group?: RunGroup
    /** What to do when something else works on the repository. @default 'reject' */
    readonly onBusy?: OnBusy
    readonly onProgress?: ProgressCallback
    /** Cancels the run. */
    readonly signal?: AbortSignal
  }

/** What `plan` is asked; a request of `index` may be passed as it is. */
export type PlanRequest = Source &
  FileSelection &
  Pick<IndexRequest, 'name' | 'about' | 'priority'> & { readonly signal?: AbortSignal }

/** How `resume` goes on. */
export interface ResumeOptions {
  /** Credentials, which are not stored with the task. @default that of the indexer */
  readonly auth?: CredentialsCallback
  readonly onProgress?: ProgressCallback
  /** Cancels the run. */
  readonly signal?: AbortSignal
}

/** How `update` runs. */
export interface UpdateOptions extends ResumeOptions {
  /** @default 'medium' */
  readonly priority?: Priority
  /** What to do when something else works on the repository. @default 'reject' */
  readonly onBusy?: 'reject' | 'wait'
}

/** What a completed run did. */
export interface IndexResult {
  readonly taskId: string
  readonly runId: string
  readonly repository: string
  readonly ref: string | null
  readonly commit: string | null
  readonly files: FileCounts
  /** Chunks, symbols and edges of the repository as it is now. */
  readonly chunks: number
  readonly symbols: number
  readonly edges: number
  readonly durationSeconds: number
  /** The files that were not indexed, each with its reason, in the order of their paths; at most 1,000, of which failed ones before skipped ones. */
  readonly problems: readonly FileRecord[]
}

/** One run of a task: an emitter of its events, and an async iterable of them that ends with the run. */
export interface IndexRun extends EventEmitter<IndexEventMap>, AsyncIterable<IndexEvent> {
  readonly taskId: string
  readonly runId: string
  readonly repository: string
  /**
   * Resolves when the run completed; rejects with a `CairnError` when it failed, with a
   * `CancelledError` when it was cancelled, with a `PausedError` when it was paused, and with `STORE_FULL`
   * when it paused itself for want of room. Need not be awaited.
   */
  readonly finished: Promise<IndexResult>
  /** The status folded from all events so far, frozen; null before the first is stored. */
  status(): StatusDocument | null
  /** Ends the run as cancelled; what is done is kept for the next one. Resolves when it has ended. */
  cancel(reason?: string): Promise<void>
}

/** What narrows and shapes a search. */
export interface SearchOptions {
  readonly repository?: string | readonly string[]
  readonly language?: string | readonly string[]
  /** Glob over paths, as of `include`: a folder's name alone means all that is in it. */
  readonly path?: string
  readonly symbolKind?: SymbolKind | readonly SymbolKind[]
  /** Hits, 1–100. @default 10 */
  readonly limit?: number
  /** Which halves take part. @default 'hybrid' */
  readonly mode?: 'hybrid' | 'lexical' | 'dense'
  /** Whether each hit comes with its neighbours in the graph. @default false */
  readonly neighbours?: boolean
  readonly signal?: AbortSignal
}

/** The answer of a search: hits, best first, and when the repositories were last indexed, from what. */
export type SearchResult = SearchAnswer

/** Indexes repositories and answers from them. */
export interface Indexer extends EventEmitter<IndexEventMap> {
  /**
   * Starts to index a repository and returns at once.
   * @throws InvalidOptionsError when the request is not of the documented shape.
   * @throws SourceError `URL_REFUSED` for a URL that is not run.
   * @throws RepositoryBusyError when the repository is being indexed, removed or reconciled and `onBusy` is `'reject'`.
   */
  index(request: IndexRequest): IndexRun
  /**
   * Throws what `index` would refuse of the request itself, and starts nothing: for several requests of which all or
   * none are to begin.
   * @throws InvalidOptionsError, SourceError as `index`.
   */
  check(request: IndexRequest): void
  /**
   * Starts an incremental run from the source that the repository was last indexed from, narrowed as it
   * was then.
   * @throws NotFoundError `REPOSITORY_NOT_FOUND`, RepositoryBusyError.
   */
  update(repository: string, options?: UpdateOptions): Promise<IndexRun>
  /**
   * Ends a task as cancelled and resolves when it has ended, whether a run of this process is at it, it
   * is paused, or the process that was at it is gone. What is done is kept. A task that has ended before
   * stays as it is: `status` of the answer says how.
   * @throws NotFoundError `TASK_NOT_FOUND`.
   * @throws StoreError `STORE_LOCKED` when another process is at it.
   */
  cancel(taskId: string, reason?: string): Promise<StatusDocument>
  /**
   * Stops the run of a task for later. Resolves when it holds no thread, no process, no connection and
   * no place in the queue, so that other runs of the repository may come in between; what is parsed and
   * embedded is kept. A paused task outlives its process.
   * @throws NotFoundError `TASK_NOT_FOUND`.
   * @throws TaskEndedError when it has ended before.
   * @throws StoreError `STORE_LOCKED` when another process is at it.
   */
  pause(taskId: string): Promise<StatusDocument>
  /**
   * Goes on with a task that is paused, failed, was cancelled or interrupted, in this process or another:
   * a new run of it, with what was asked for then, which waits for its turn. What is parsed and embedded
   * is not done again.
   * @throws NotFoundError `TASK_NOT_FOUND`.
   * @throws TaskEndedError when it has completed.
   * @throws RepositoryBusyError when a run of this process is at it.
   * @throws StoreError `STORE_LOCKED` when another process is at it.
   */
  resume(taskId: string, options?: ResumeOptions): Promise<IndexRun>
  /** What `index` would do with each file; writes nothing but a clone. */
  plan(request: PlanRequest): Promise<PlanDocument>
  /** The best chunks for a query in words or code, best first. */
  search(query: string, options?: SearchOptions): Promise<SearchResult>
  /** @throws NotFoundError `TASK_NOT_FOUND`. */
  status(taskId: string): Promise<StatusDocument>
  /** Tasks, newest first: by when they were queued, or by when they ended. */
  tasks(filter?: TaskFilter): ReturnType<TaskLog['tasks']>
  /** Sums over the tasks that are meant. */
  totals(selection?: TaskSelection): Promise<TaskTotals>
  /** @throws NotFoundError `TASK_NOT_FOUND`. */
  logs(taskId: string, filter?: LogFilter): ReturnType<TaskLog['logs']>
  /** How long stages took and how much was embedded, over every run or over those of some repositories. */
  metrics(
    selection?: Pick<TaskSelection, 'repository'>,
  ): Promise<{ stages: StageMetrics; embedding: EmbeddingMetrics }>
  /**
   * Calls the listener with the status of a task after each of its events, from now on: at once for a run
   * of this process, within `intervalMs` for one of another process on the same store, whose statuses in
   * between may be left out, but no stage change and no end. What {@link Indexer.status} and
   * {@link Indexer.tasks} answer after this call is not older than what the listener begins with.
   *
   * @returns a function that ends it; nothing is called after it
   */
  watch(listener: StatusListener, options?: StatusWatchOptions): () => void
  /** What became of a file and why. @throws NotFoundError `REPOSITORY_NOT_FOUND`. */
  explain(repository: string, path: string): Promise<Explanation>
  /** What is indexed, by name. */
  repositories(): Promise<readonly RepositoryInfo[]>
  /**
   * Removes a repository from every store. One that is cancelled or fails half-way says so in its
   * error: remove again to finish, or index or reconcile to make the repository whole.
   * @throws NotFoundError, RepositoryBusyError, CancelledError.
   */
  remove(repository: string, options?: { signal?: AbortSignal }): Promise<RemovalReport>
  /** Compares every store with the ledger and repairs what differs, without embedding again what the cache has. @throws NotFoundError, RepositoryBusyError. */
  reconcile(
    repository: string,
    options?: { signal?: AbortSignal; repair?: boolean },
  ): Promise<ReconcileReport>
  /**
   * Drops the tasks that ended more than `olderThanHours` ago, with their events and logs, and what is past
   * the {@link Retention}. Of each indexed repository the newest task and the one that it was indexed by stay,
   * and so does what {@link Indexer.explain} says of a file that is indexed, though the task that it names may
   * be gone.
   * @throws StoreError `STORE_LOCKED` while another process writes.
   */
  cleanup(options: { readonly olderThanHours: number }): Promise<CleanupAnswer>
  /**
   * Looks after the stores: brings the full text together, measures what queries are planned by and, where
   * no run is going, gives unused room back, for which writes wait.
   * @throws StoreError `STORE_LOCKED` while another process writes.
   */
  optimize(): Promise<OptimizeAnswer>
  /** `index({ path })` with a callback; resolves when the run completed. */
  processLocalRepository(
    path: string,
    onProgress?: ProgressCallback,
    options?: Omit<IndexRequest & LocalSource, 'path' | 'onProgress'>,
  ): Promise<IndexResult>
  /** `index({ url })` with a callback; resolves when the run completed. */
  processRepository(
    url: string,
    onProgress?: ProgressCallback,
    options?: Omit<IndexRequest & RemoteSource, 'url' | 'onProgress'>,
  ): Promise<IndexResult>
  /** Cancels what runs, ends workers and child processes. Storage and embedder stay open. */
  close(): Promise<void>
  /** {@link Indexer.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
  /** Events of every run, from now on. */
  [Symbol.asyncIterator](): AsyncIterator<IndexEvent>
}
