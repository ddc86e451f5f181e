import { randomUUID } from 'node:crypto'
import type {
  IndexControl,
  IndexEvent,
  PlanDocument,
  StatusDocument,
  StatusSource,
} from '@cairn/protocol'
import { createAbandonedTasks } from './abandoned-tasks.ts'
import { describeSource, isSameRequest, requestedRun, withAuth } from './asked-run.ts'
import {
  checkIndexerOptions,
  checkLogFilter,
  checkTaskFilter,
  checkTaskSelection,
  checkText,
  checkWatch,
  fillLimits,
  fillRetention,
  silentLogger,
  splitRequest,
} from './check-options.ts'
import { createCloneLimit } from './clone-limit.ts'
import { CairnError, CancelledError, NotFoundError, typedErrors } from './errors.ts'
import { EventChannel } from './event-channel.ts'
import { createEventQueue, type EventQueue } from './event-queue.ts'
import { explainFile } from './explain-file.ts'
import { createHostGuard, type HostGuard, type HostReport } from './host-guard.ts'
import { createIndexRun, joinRun } from './index-run.ts'
import { createLiveRuns } from './live-runs.ts'
import { logEvent } from './log-event.ts'
import { createMaintenance } from './maintenance.ts'
import { createMemoryGate } from './memory-gate.ts'
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
import { repositoryInfo } from './repository-info.ts'
import { createRepositoryQueue } from './repository-queue.ts'
import { resumeOnStart } from './resume-on-start.ts'
import { searchChunks } from './search/search-chunks.ts'
import { parseSource, repositoryNameOf } from './source/parse-source.ts'
import { createStatusWatch } from './status-watch.ts'
import { createTaskControl, type RunToStart } from './task-control.ts'
import { createUpkeep } from './upkeep.ts'

const loggerName = 'The logger'
/** Above, V8 may take what it needs for a while to optimize the parsers. */
const frugalBytes = 1_500_000_000
/** Heap of a parsing thread. */
const parserHeap = { leastMb: 64, mostMb: 256 }

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
  const memory = createMemoryGate({
    limitBytes: limits.memoryBytes,
    isOwn: options.limits?.memoryBytes !== undefined,
    residentBytes: () => process.memoryUsage.rss(),
  })
  const parser = createParser({
    languages: options.languages ?? [],
    threads: limits.parseThreads,
    timeLimitMs: limits.parseTimeoutMs,
    maxChunkCharacters: limits.maxChunkCharacters,
    maxHeapMb: memory.heap(parserHeap).megabytes,
    isFrugal: limits.memoryBytes < frugalBytes,
  })
  const repositoryQueue = createRepositoryQueue(limits.concurrentRuns)
  const clones = createCloneLimit(limits.clonesPerHost)
  const runs = createLiveRuns()
  const closing = new AbortController()
  const queues = new Set<EventQueue>()
  const recording = new Map<string, Pick<RunProgress, 'warning'>>()
  let isClosed = false

  /** `runIds` are the runs that a failure of the host's code belongs to. */
  const reportTo = (runIds: () => Iterable<string>): HostReport => {
    return (name, error) => {
      const message = `${name} failed: ${error instanceof Error ? error.message : String(error)}`
      // What failed may be the logger itself.
      if (name !== loggerName) guard.call(loggerName, () => logger.warn({ err: error }, message))
      for (const runId of runIds()) recording.get(runId)?.warning('LISTENER_FAILED', message)
    }
  }
  const guard: HostGuard = createHostGuard(reportTo(() => recording.keys()))
  const channel = new EventChannel(guard)
  const abandoned = createAbandonedTasks({
    journal,
    isOwn: (taskId) => runs.ofTask(taskId) !== undefined,
    onFailed: (error) =>
      guard.call(loggerName, () =>
        logger.warn({ err: error }, 'It cannot be told whether tasks are still under way'),
      ),
  })
  const watching = createStatusWatch({ log: journal.tasks, abandoned, guard })

  /** Sources that a plan is made of. */
  const planning = new Set<Source>()
  const maintenance = createMaintenance({
    storage,
    embedder,
    parser,
    limits,
    memory,
    retention: fillRetention(options.retention),
    cloneDirectory: options.cloneDirectory,
    queue: repositoryQueue,
    sources: () => [...planning, ...runs.sources()],
    isIdle: () => runs.areNone(),
    update: (repository, request) => control.update(repository, request),
    closing: closing.signal,
    assertOpen: () => assertOpen(),
  })
  const upkeep = createUpkeep(
    (signal) => maintenance.clean({ signal }),
    (err) =>
      guard.call(loggerName, () => logger.warn({ err }, 'What is old could not be cleaned up.')),
  )

  const assertOpen = (): void => {
    if (isClosed) throw new CairnError('CLOSED', 'The indexer is closed.')
  }

  const announce = (event: IndexEvent, status: StatusDocument): void => {
    channel.publish(event)
    watching.publish(status)
    // A log line is not made for a logger that says nothing.
    if (options.logger) guard.call(loggerName, () => logEvent(logger, event))
  }

  const start = (asked: RunToStart): IndexRun => {
    assertOpen()
    const { taskId, repository, previous, onProgress } = asked
    const source = withAuth(asked.source, asked.auth ?? options.auth)
    const { include, exclude, depth, priority, about } = asked.asked
    const runId = randomUUID()
    let status = previous
    const runGuard = guard.reporting(reportTo(() => [runId]))
    const runChannel = new EventChannel(runGuard)

    const publish = (event: IndexEvent, current: StatusDocument): void => {
      status = current
      runChannel.publish(event)
      announce(event, current)
      if (onProgress)
        runGuard.call('onProgress', () => callBack(onProgress, event, current), onProgress)
    }

    const { result, abort, signal } = repositoryQueue.enter(
      {
        repository,
        holder: { kind: 'indexing', taskId },
        onBusy: asked.onBusy,
        priority,
        group: asked.group,
        signal: asked.signal,
      },
      (turn, signal) =>
        performRun({
          taskId,
          runId,
          repository,
          request: {
            source,
            description: describeSource(source),
            cloneDirectory: options.cloneDirectory,
            selection: { include, exclude, depth },
            about,
            ...(include ? { include } : {}),
            ...(exclude ? { exclude } : {}),
          },
          asked: asked.asked,
          previous,
          storage,
          embedder,
          parser,
          limits,
          clones,
          memory,
          signal,
          turn,
          publish,
          onRecording: (progress) => {
            if (progress) recording.set(runId, progress)
            else recording.delete(runId)
          },
        }),
    )
    const run = createIndexRun({
      taskId,
      runId,
      repository,
      channel: runChannel,
      status: () => status,
      cancel: (reason) => abort(new CancelledError(reason ?? 'Cancelled.')),
      work: result,
    })
    runs.add({ run, source, asked: asked.asked, signal, abort })
    watching.began(taskId, run.finished)
    // Asked for before the caller hears of the end, so that closing at once waits for it.
    run.finished.then(upkeep.ask, upkeep.ask)
    return run
  }

  const join = (run: IndexRun, { onProgress, signal }: IndexRequest): IndexRun => {
    const runGuard = guard.reporting(reportTo(() => [run.runId]))
    const joined = joinRun(run, new EventChannel(runGuard), signal)
    if (onProgress) {
      joined.on('event', (event) => {
        const current = run.status()
        return current ? callBack(onProgress, event, current) : undefined
      })
    }
    return joined
  }

  const checked = (request: IndexRequest) => {
    assertOpen()
    const source = parseSource(splitRequest('index', request).source)
    const repository = request.name ?? repositoryNameOf(source)
    return { source, repository, asked: requestedRun(request, source) }
  }

  const index = (request: IndexRequest): IndexRun => {
    const { source, repository, asked } = checked(request)
    const { onBusy = 'reject', group, onProgress, signal } = request
    const taskId = randomUUID()
    const others = runs.ofRepository(repository).filter((other) => !other.signal.aborted)
    if (onBusy === 'join') {
      const same = others.find((other) => isSameRequest(other, { source, asked }))
      if (same) return join(same.run, request)
    }
    if (onBusy === 'supersede') {
      const reason = new CancelledError(`Superseded by task ${taskId}.`)
      for (const { abort } of others) abort(reason)
    }
    return start({
      taskId,
      repository,
      source,
      asked,
      previous: null,
      onBusy: onBusy === 'reject' ? 'reject' : 'wait',
      group,
      onProgress,
      signal,
    })
  }

  const control = createTaskControl({ journal, runs, start, announce })

  const whileOpen = async <T>(call: () => Promise<T>): Promise<T> => {
    assertOpen()
    return call()
  }

  const plan = async (request: Parameters<Indexer['plan']>[0]): Promise<PlanDocument> => {
    assertOpen()
    const source = parseSource(splitRequest('plan', request).source)
    planning.add(source)
    return typedErrors(request.signal, 'INTERNAL', () =>
      planSource({
        source: withAuth(source, options.auth),
        repository: request.name ?? repositoryNameOf(source),
        description: describeSource(source),
        cloneDirectory: options.cloneDirectory,
        include: request.include,
        exclude: request.exclude,
        signal: request.signal ?? new AbortController().signal,
        ledger: journal.ledger,
        embedder,
        parser,
        limits,
        clones,
      }),
    ).finally(() => planning.delete(source))
  }

  const indexer: Omit<Indexer, keyof EventChannel> = {
    index,
    check: (request) => void checked(request),
    plan,
    cancel: (...call) => whileOpen(() => control.cancel(...call)),
    pause: (...call) => whileOpen(() => control.pause(...call)),
    resume: (...call) => whileOpen(() => control.resume(...call)),
    update: (...call) => whileOpen(() => control.update(...call)),
    async search(query, searchOptions = {}) {
      assertOpen()
      const { embedTimeoutMs } = limits
      return searchChunks({ storage, embedder, embedTimeoutMs }, query, searchOptions)
    },
    async status(taskId) {
      assertOpen()
      checkText('status', taskId)
      await watching.settled()
      const read = () => journal.tasks.status(taskId)
      let status = await read()
      if (status && (await abandoned.end([status]))) status = await read()
      if (!status) throw unknownTask(taskId)
      return status
    },
    async tasks(filter = {}) {
      assertOpen()
      checkTaskFilter(filter)
      await watching.settled()
      const page = await journal.tasks.tasks(filter)
      return (await abandoned.end(page.tasks)) ? journal.tasks.tasks(filter) : page
    },
    async totals(selection = {}) {
      assertOpen()
      checkTaskSelection('totals', selection)
      return journal.tasks.totals(selection)
    },
    watch(listener, watchOptions = {}) {
      assertOpen()
      checkWatch(listener, watchOptions)
      return watching.watch(listener, watchOptions)
    },
    async logs(taskId, filter = {}) {
      assertOpen()
      checkText('logs', taskId)
      checkLogFilter(filter)
      if (!(await journal.tasks.status(taskId))) throw unknownTask(taskId)
      return journal.tasks.logs(taskId, filter)
    },
    async metrics(selection = {}) {
      assertOpen()
      checkTaskSelection('metrics', selection)
      return journal.tasks.metrics(selection)
    },
    async explain(repository, path) {
      assertOpen()
      checkText('explain', repository)
      checkText('explain', path)
      return explainFile(journal, repository, path)
    },
    async repositories() {
      assertOpen()
      return (await journal.ledger.repositories()).map(repositoryInfo)
    },
    remove: maintenance.remove,
    reconcile: maintenance.reconcile,
    cleanup: maintenance.cleanup,
    optimize: maintenance.optimize,
    processLocalRepository: async (path, onProgress, rest = {}) =>
      index({ ...rest, path, ...(onProgress ? { onProgress } : {}) }).finished,
    processRepository: async (url, onProgress, rest = {}) =>
      index({ ...rest, url, ...(onProgress ? { onProgress } : {}) }).finished,
    async close() {
      if (isClosed) return
      isClosed = true
      closing.abort()
      await repositoryQueue.abortAll(new CancelledError('The indexer was closed.'))
      await resuming
      await upkeep.close()
      for (const queue of queues) queue.end()
      watching.close()
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
  const resuming = options.resumeOnStart
    ? resumeOnStart({
        control,
        signal: closing.signal,
        warn: (details, message) => guard.call(loggerName, () => logger.warn(details, message)),
      })
    : Promise.resolve()
  return Object.assign(channel, indexer satisfies StatusSource & IndexControl)
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
