import { randomUUID } from 'node:crypto'
import type { IndexEvent, PlanDocument, SourceDescription, StatusDocument } from '@cairn/protocol'
import {
  checkCall,
  checkIndexerOptions,
  checkLogFilter,
  checkTaskFilter,
  checkText,
  fillLimits,
  silentLogger,
  splitRequest,
} from './check-options.ts'
import {
  CairnError,
  CancelledError,
  NotFoundError,
  type RepositoryHolder,
  typedErrors,
} from './errors.ts'
import { EventChannel } from './event-channel.ts'
import { createEventQueue, type EventQueue } from './event-queue.ts'
import { explainFile } from './explain-file.ts'
import { createHostGuard, type HostGuard } from './host-guard.ts'
import { createIndexRun } from './index-run.ts'
import { logEvent } from './log-event.ts'
import type {
  Indexer,
  IndexerOptions,
  IndexRequest,
  IndexRun,
  ProgressCallback,
  Source,
} from './options.ts'
import { createParser } from './parsing/parser.ts'
import { performRun } from './perform-run.ts'
import { planSource } from './pipeline/plan-source.ts'
import type { RunProgress } from './progress/run-progress.ts'
import { reconcileRepository } from './reconcile-repository.ts'
import { removeRepository } from './remove-repository.ts'
import { createRepositoryQueue } from './repository-queue.ts'
import { searchChunks } from './search/search-chunks.ts'
import { parseSource, repositoryNameOf } from './source/parse-source.ts'
import { redactUrl } from './source/source-url.ts'

const loggerName = 'The logger'

/**
 * Makes an indexer over a storage and an embedder, both of which stay the caller's.
 *
 * @throws InvalidOptionsError when the options are not of the documented shape.
 */
export function createIndexer(options: IndexerOptions): Indexer {
  checkIndexerOptions(options)
  const { storage, embedder } = options
  const { journal } = storage
  const limits = fillLimits(options.limits)
  const logger = options.logger ?? silentLogger
  const parser = createParser({
    languages: options.languages ?? [],
    threads: limits.parseThreads,
    timeLimitMs: limits.parseTimeoutMs,
    maxChunkCharacters: limits.maxChunkCharacters,
  })
  const repositoryQueue = createRepositoryQueue()
  const queues = new Set<EventQueue>()
  const recording = new Map<string, Pick<RunProgress, 'warning'>>()
  let isClosed = false

  const guard: HostGuard = createHostGuard((name, error) => {
    const message = `${name} failed: ${error instanceof Error ? error.message : String(error)}`
    // What failed may be the logger itself.
    if (name !== loggerName) guard.call(loggerName, () => logger.warn({ err: error }, message))
    for (const progress of recording.values()) progress.warning('LISTENER_FAILED', message)
  })
  const channel = new EventChannel(guard)

  const assertOpen = (): void => {
    if (isClosed) throw new CairnError('CLOSED', 'The indexer is closed.')
  }

  const index = (request: IndexRequest): IndexRun => {
    assertOpen()
    const source = parseSource(splitRequest('index', request).source)
    const repository = request.name ?? repositoryNameOf(source)
    const taskId = randomUUID()
    const runId = randomUUID()
    let status: StatusDocument | null = null
    const runChannel = new EventChannel(guard)
    const onProgress = request.onProgress

    const publish = (event: IndexEvent, current: StatusDocument): void => {
      status = current
      runChannel.publish(event)
      channel.publish(event)
      // A log line is not made for a logger that says nothing.
      if (options.logger) guard.call(loggerName, () => logEvent(logger, event))
      if (onProgress)
        guard.call('onProgress', () => callBack(onProgress, event, current), onProgress)
    }

    const { result, abort } = repositoryQueue.enter(
      repository,
      { kind: 'indexing', taskId },
      request.onBusy ?? 'reject',
      (turn, signal) =>
        performRun({
          taskId,
          runId,
          repository,
          request: {
            source,
            description: describe(source),
            cloneDirectory: options.cloneDirectory,
            ...(request.include ? { include: request.include } : {}),
            ...(request.exclude ? { exclude: request.exclude } : {}),
          },
          storage,
          embedder,
          parser,
          limits,
          signal: request.signal ? AbortSignal.any([signal, request.signal]) : signal,
          turn,
          publish,
          onRecording: (progress) => {
            if (progress) recording.set(runId, progress)
            else recording.delete(runId)
          },
        }),
    )
    return createIndexRun({
      taskId,
      runId,
      repository,
      channel: runChannel,
      status: () => status,
      cancel: (reason) => abort(new CancelledError(reason ?? 'Cancelled.')),
      work: result,
    })
  }

  const plan = async (request: Parameters<Indexer['plan']>[0]): Promise<PlanDocument> => {
    assertOpen()
    const source = parseSource(splitRequest('plan', request).source)
    return typedErrors(request.signal, 'INTERNAL', () =>
      planSource({
        source,
        repository: request.name ?? repositoryNameOf(source),
        description: describe(source),
        cloneDirectory: options.cloneDirectory,
        include: request.include,
        exclude: request.exclude,
        signal: request.signal ?? new AbortController().signal,
        ledger: journal.ledger,
        embedder,
        parser,
        limits,
      }),
    )
  }

  const maintain = async <T>(
    repository: string,
    holder: RepositoryHolder,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    assertOpen()
    const { result } = repositoryQueue.enter(repository, holder, 'reject', async (_, own) => {
      const either = signal ? AbortSignal.any([own, signal]) : own
      await typedErrors(either, 'STORE_FAILED', () => journal.acquireWriter({ signal: either }))
      return work(either)
    })
    return result()
  }

  const indexer: Omit<Indexer, keyof EventChannel> = {
    index,
    plan,
    async search(query, searchOptions = {}) {
      assertOpen()
      const { embedTimeoutMs } = limits
      return searchChunks({ storage, embedder, embedTimeoutMs }, query, searchOptions)
    },
    async status(taskId) {
      assertOpen()
      checkText('status', taskId)
      const status = await journal.tasks.status(taskId)
      if (!status) throw unknownTask(taskId)
      return status
    },
    async tasks(filter = {}) {
      assertOpen()
      checkTaskFilter(filter)
      return journal.tasks.tasks(filter)
    },
    async logs(taskId, filter = {}) {
      assertOpen()
      checkText('logs', taskId)
      checkLogFilter(filter)
      if (!(await journal.tasks.status(taskId))) throw unknownTask(taskId)
      return journal.tasks.logs(taskId, filter)
    },
    async metrics() {
      assertOpen()
      return journal.tasks.metrics()
    },
    async explain(repository, path) {
      assertOpen()
      checkText('explain', repository)
      checkText('explain', path)
      return explainFile(journal, repository, path)
    },
    async repositories() {
      assertOpen()
      return journal.ledger.repositories()
    },
    async remove(repository, call = {}) {
      checkText('remove', repository)
      checkCall('remove', call)
      return maintain(repository, { kind: 'removal' }, call.signal, (either) =>
        removeRepository(storage, repository, either),
      )
    },
    async reconcile(repository, call = {}) {
      checkText('reconcile', repository)
      checkCall('reconcile', call)
      const { signal, repair = true } = call
      return maintain(repository, { kind: 'reconciliation' }, signal, (either) =>
        typedErrors(either, 'STORE_FAILED', () =>
          reconcileRepository({
            storage,
            embedder,
            parser,
            limits,
            repository,
            repair,
            signal: either,
          }),
        ),
      )
    },
    processLocalRepository: async (path, onProgress, rest = {}) =>
      index({ ...rest, path, ...(onProgress ? { onProgress } : {}) }).finished,
    processRepository: async (url, onProgress, rest = {}) =>
      index({ ...rest, url, ...(onProgress ? { onProgress } : {}) }).finished,
    async close() {
      if (isClosed) return
      isClosed = true
      await repositoryQueue.abortAll(new CancelledError('The indexer was closed.'))
      for (const queue of queues) queue.end()
      guard.close()
      await parser.close()
    },
    [Symbol.asyncDispose]: () => indexer.close(),
    [Symbol.asyncIterator]() {
      const queue = createEventQueue(channel, () => queues.delete(queue))
      queues.add(queue)
      if (isClosed) queue.end()
      return queue.iterator
    },
  }
  return Object.assign(channel, indexer)
}

function describe(source: Source): SourceDescription {
  const ref = source.ref ?? null
  return 'url' in source
    ? { kind: 'remote', url: redactUrl(source.url), ref }
    : { kind: 'local', path: source.path, ref }
}

function unknownTask(taskId: string): NotFoundError {
  return new NotFoundError('TASK_NOT_FOUND', `No task "${taskId}" is known.`)
}

function callBack(
  onProgress: ProgressCallback,
  event: IndexEvent,
  status: StatusDocument,
): unknown {
  const details = { overallPercent: status.overallProgress, status }
  switch (event.type) {
    case 'stage.started':
      return onProgress(event.stage, 0, details)
    case 'stage.progressed':
      return onProgress(event.stage, event.percent, details)
    case 'stage.completed':
      return onProgress(event.stage, 100, details)
    default:
      return undefined
  }
}
