import type {
  AcceptedTask,
  BulkAnswer,
  BulkRequest,
  CleanupAnswer,
  CleanupQuery,
  CommandAnswer,
  EmbeddingMetricsAnswer,
  LocalRepositoryRequest,
  LogList,
  LogListQuery,
  OptimizeAnswer,
  PlanDocument,
  RemovalReport,
  RepositoryDetails,
  RepositoryFilter,
  RepositoryList,
  RepositoryListQuery,
  RepositoryMatches,
  RepositoryRequest,
  SearchAnswer,
  SearchRequest,
  StageMetricsAnswer,
  Statistics,
  StatusDocument,
  TaskList,
  TaskListQuery,
} from '@cairn/protocol'
import { defaultBasePath } from '@cairn/protocol/wire'
import { defaultRequestTimeoutMs, defaultWatchTiming, type StatusClientOptions } from './options.ts'
import { type CallParts, createRequests } from './requests.ts'
import type { WebSocketConstructor } from './socket-transport.ts'
import { StatusClientError } from './status-client-error.ts'
import type { TaskListFilter } from './task-table.ts'
import { type TaskWatch, type TaskWatchOptions, watchTask } from './watch-task.ts'
import { type TaskListWatch, type TaskListWatchOptions, watchTasks } from './watch-tasks.ts'

/** Options of one call. */
export interface CallOptions {
  /** Ends the call, which then rejects with its reason. */
  readonly signal?: AbortSignal
}

/**
 * A client of one status server. Every call rejects with a {@link StatusClientError}: with a code of the
 * server's, or `UNREACHABLE`, `TIMEOUT`, `INVALID_ANSWER`, `HTTP_ERROR`.
 */
export interface StatusClient {
  /** Where a task is. */
  status(taskId: string, options?: CallOptions): Promise<StatusDocument>
  /** A page of the tasks, newest first, with sums over all of them. */
  list(filter?: TaskListQuery, options?: CallOptions): Promise<TaskList>
  /** The pages of a task's log, oldest first; each is asked for when the loop comes to it. */
  logs(taskId: string, filter?: LogListQuery, options?: CallOptions): AsyncIterable<LogList>
  /** How the stages went over every run. */
  stageMetrics(options?: CallOptions): Promise<StageMetricsAnswer>
  /** How embedding went over every run. */
  embeddingMetrics(options?: CallOptions): Promise<EmbeddingMetricsAnswer>
  /** Sums over every task. */
  statistics(options?: CallOptions): Promise<Statistics>
  /** A page of the indexed repositories. */
  repositories(query?: RepositoryListQuery, options?: CallOptions): Promise<RepositoryList>
  /** What is indexed of a repository and how it is doing. */
  repository(name: string, options?: CallOptions): Promise<RepositoryDetails>
  /** The best chunks for a query, best first. */
  search(request: SearchRequest, options?: CallOptions): Promise<SearchAnswer>
  /** The indexed repositories that match. */
  filter(filter: RepositoryFilter, options?: CallOptions): Promise<RepositoryMatches>

  /** Follows one task until it ends. */
  watch(taskId: string, options?: TaskWatchOptions): TaskWatch
  /** Follows every task, or those that a filter matches, over one connection. */
  watchAll(filter?: TaskListFilter, options?: TaskListWatchOptions): TaskListWatch

  /** Indexes a remote repository. This and what follows only where the server has control routes. */
  indexRemote(request: RepositoryRequest, options?: CallOptions): Promise<AcceptedTask>
  /** What {@link StatusClient.indexRemote} would do with each file. */
  planRemote(request: RepositoryRequest, options?: CallOptions): Promise<PlanDocument>
  /** Indexes a folder of the server's. */
  indexLocal(request: LocalRepositoryRequest, options?: CallOptions): Promise<AcceptedTask>
  /** What {@link StatusClient.indexLocal} would do with each file. */
  planLocal(request: LocalRepositoryRequest, options?: CallOptions): Promise<PlanDocument>
  /** Indexes remote repositories, a task for each. */
  indexMany(request: BulkRequest, options?: CallOptions): Promise<BulkAnswer>
  /** Brings an indexed repository up to date. */
  update(name: string, options?: CallOptions): Promise<AcceptedTask>
  /** Cancels a task. */
  cancel(taskId: string, options?: CallOptions): Promise<CommandAnswer>
  /** Pauses a task. */
  pause(taskId: string, options?: CallOptions): Promise<CommandAnswer>
  /** Lets a task go on. */
  resume(taskId: string, options?: CallOptions): Promise<CommandAnswer>
  /** Removes a repository from every store. */
  remove(name: string, options?: CallOptions): Promise<RemovalReport>
  /** Looks after the stores. */
  optimize(options?: CallOptions): Promise<OptimizeAnswer>
  /** Drops ended tasks that are older than a given age. */
  cleanup(query?: CleanupQuery, options?: CallOptions): Promise<CleanupAnswer>

  /** Closes every watch and ends every call; new ones are refused. */
  close(): void
}

/**
 * A client of the status server at `baseUrl`. It opens nothing before it is asked to, and can be made where a
 * page is rendered on a server; there, nothing can be asked of a path.
 *
 * @throws {@link StatusClientError} `INVALID_OPTIONS`
 */
export function createStatusClient(options: StatusClientOptions = {}): StatusClient {
  const closing = new AbortController()
  const watches = new Set<{ close(): void }>()
  const requests = createRequests({
    baseUrl: options.baseUrl ?? defaultBasePath,
    fetch: options.fetch ?? ((...request) => globalThis.fetch(...request)),
    headers: options.headers ?? {},
    timeoutMs: options.requestTimeoutMs ?? defaultRequestTimeoutMs,
    signal: closing.signal,
  })
  const WebSocket = chooseWebSocket(options)

  /** The types of a route's answer are those of the schemas that its shape was made from. */
  const call = <Answer>(...request: [Parameters<typeof requests.call>[0], CallParts]) =>
    requests.call(...request) as Promise<Answer>

  const open = <Watch extends { close(): void }>(make: (onClosed: () => void) => Watch): Watch => {
    closing.signal.throwIfAborted()
    requests.urlOf('')
    let isClosed = false
    const watch: Watch = make(() => {
      // One that was aborted before it began closes while it is made.
      isClosed = true
      queueMicrotask(() => watches.delete(watch))
    })
    if (!isClosed) watches.add(watch)
    return watch
  }

  return {
    status: (taskId, { signal } = {}) => call('task', { name: taskId, signal }),
    list: (query = {}, { signal } = {}) => call('taskList', { query, signal }),
    async *logs(taskId, filter = {}, { signal } = {}) {
      let cursor = filter.cursor
      do {
        const query = { ...filter, cursor }
        const page: LogList = await call('taskLogs', { name: taskId, query, signal })
        yield page
        cursor = page.nextCursor ?? undefined
      } while (cursor !== undefined)
    },
    stageMetrics: ({ signal } = {}) => call('stageMetrics', { signal }),
    embeddingMetrics: ({ signal } = {}) => call('embeddingMetrics', { signal }),
    statistics: ({ signal } = {}) => call('statistics', { signal }),
    repositories: (query = {}, { signal } = {}) => call('repositoryList', { query, signal }),
    repository: (name, { signal } = {}) => call('repository', { name, signal }),
    search: (body, { signal } = {}) => call('search', { body, signal }),
    filter: (body, { signal } = {}) => call('filter', { body, signal }),

    watch: (taskId, { signal, from = null, ...timing } = {}) =>
      open((onClosed) =>
        watchTask({
          taskId,
          requests,
          WebSocket,
          timing: { ...defaultWatchTiming, ...options.watch, ...timing },
          signal,
          from,
          onClosed,
        }),
      ),
    watchAll: (filter = {}, { signal, ...timing } = {}) =>
      open((onClosed) =>
        watchTasks({
          filter,
          requests,
          WebSocket,
          timing: { ...defaultWatchTiming, ...options.watch, ...timing },
          signal,
          onClosed,
        }),
      ),

    indexRemote: (body, { signal } = {}) => call('indexRemote', { body, signal }),
    planRemote: (body, { signal } = {}) => {
      return call('indexRemote', { body, query: { dryRun: true }, signal })
    },
    indexLocal: (body, { signal } = {}) => call('indexLocal', { body, signal }),
    planLocal: (body, { signal } = {}) => {
      return call('indexLocal', { body, query: { dryRun: true }, signal })
    },
    indexMany: (body, { signal } = {}) => call('indexMany', { body, signal }),
    update: (name, { signal } = {}) => call('update', { name, signal }),
    cancel: (taskId, { signal } = {}) => call('cancel', { name: taskId, signal }),
    pause: (taskId, { signal } = {}) => call('pause', { name: taskId, signal }),
    resume: (taskId, { signal } = {}) => call('resume', { name: taskId, signal }),
    remove: (name, { signal } = {}) => call('remove', { name, signal }),
    optimize: ({ signal } = {}) => call('optimize', { signal }),
    cleanup: (query = {}, { signal } = {}) => call('cleanup', { query, signal }),

    close() {
      closing.abort(new StatusClientError('CLOSED', 'The client is closed.'))
      for (const watch of [...watches]) watch.close()
    },
  }
}

function chooseWebSocket(options: StatusClientOptions): WebSocketConstructor | null {
  if (options.WebSocket !== undefined) return options.WebSocket
  // It cannot send headers, and without them the server would refuse it or show it less.
  if (options.headers !== undefined) return null
  return (globalThis as { WebSocket?: WebSocketConstructor }).WebSocket ?? null
}
