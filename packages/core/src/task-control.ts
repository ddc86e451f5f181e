import { randomUUID } from 'node:crypto'
import {
  type IndexEvent,
  isTerminal,
  type NewIndexEvent,
  type RequestedRun,
  type RunGroup,
  type StatusDocument,
} from '@cairn/protocol'
import { describedSource } from './asked-run.ts'
import { checkResume, checkText, checkUpdate } from './check-options.ts'
import type { Journal } from './contracts/journal.ts'
import {
  CancelledError,
  NotFoundError,
  PausedError,
  RepositoryBusyError,
  TaskEndedError,
  typedErrors,
} from './errors.ts'
import type { LiveRuns } from './live-runs.ts'
import type {
  CredentialsCallback,
  Indexer,
  IndexRun,
  ProgressCallback,
  ResumeOptions,
  Source,
} from './options.ts'

/** What a run is started with, whoever asked for it. */
export interface RunToStart {
  readonly taskId: string
  readonly repository: string
  readonly source: Source
  readonly asked: RequestedRun
  /** The task's status where the run goes on with it. */
  readonly previous: StatusDocument | null
  readonly onBusy: 'reject' | 'wait'
  readonly group?: RunGroup | undefined
  readonly onProgress?: ProgressCallback | undefined
  readonly signal?: AbortSignal | undefined
  readonly auth?: CredentialsCallback | undefined
}

/** What an indexer does with tasks that are there already. */
export interface TaskControl extends Pick<Indexer, 'cancel' | 'pause' | 'resume' | 'update'> {
  /**
   * Goes on with every interrupted task that is the newest of its repository; resolves when they are
   * started. `onFailed` gets those that cannot be.
   */
  resumeInterrupted(onFailed: (taskId: string, error: unknown) => void): Promise<void>
}

const everything: RequestedRun = {
  include: null,
  exclude: null,
  depth: null,
  priority: 'medium',
  about: null,
}

/** `announce` gets what is recorded outside of a run. */
export function createTaskControl(options: {
  readonly journal: Journal
  readonly runs: LiveRuns
  readonly start: (run: RunToStart) => IndexRun
  readonly announce: (event: IndexEvent, status: StatusDocument) => void
}): TaskControl {
  const { journal, runs, start, announce } = options
  const { tasks } = journal

  const statusOf = async (taskId: string): Promise<StatusDocument> => {
    const status = await tasks.status(taskId)
    if (!status) throw new NotFoundError('TASK_NOT_FOUND', `No task "${taskId}" is known.`)
    return status
  }

  /** As the one writer: what another process, dead by now, was at is interrupted after this. */
  const asWriter = (signal?: AbortSignal): Promise<void> =>
    typedErrors(signal, 'STORE_FAILED', () => journal.acquireWriter(signal ? { signal } : {}))

  const record = async (event: NewIndexEvent): Promise<StatusDocument> => {
    const [stored] = await tasks.append([event])
    const status = await statusOf(event.taskId)
    if (stored) announce(stored, status)
    return status
  }

  /** By task, when all that decides about it has ended. */
  const deciding = new Map<string, Promise<void>>()

  /** Of what decides whether a task goes on, one has an end before the next looks where the task is. */
  const alone = <T>(taskId: string, decide: () => Promise<T>): Promise<T> => {
    const decision = Promise.resolve(deciding.get(taskId)).then(decide)
    const ended = decision.then(ignore, ignore)
    deciding.set(taskId, ended)
    void ended.then(() => {
      if (deciding.get(taskId) === ended) deciding.delete(taskId)
    })
    return decision
  }

  /** The task's status when it has ended; null where a run is at it. */
  const endIdle = async (taskId: string, reason?: string): Promise<StatusDocument | null> => {
    if (runs.ofTask(taskId)) return null
    const status = await statusOf(taskId)
    if (isTerminal(status.status)) return status
    await asWriter()
    const { runId } = status
    return record({ type: 'run.cancelled', taskId, runId, at: new Date(), reason: reason ?? null })
  }

  const cancel = async (taskId: string, reason?: string): Promise<StatusDocument> => {
    checkText('cancel', taskId)
    for (;;) {
      const live = runs.ofTask(taskId)
      if (live) {
        // Before that it is not known, and nobody could be told how it ended.
        await live.recorded
        live.abort(new CancelledError(reason))
        await live.ended
      }
      const status = await alone(taskId, () => endIdle(taskId, reason))
      if (status) return status
    }
  }

  const startAgain = async (taskId: string, call: ResumeOptions): Promise<IndexRun> => {
    const live = runs.ofTask(taskId)
    if (live) throw new RepositoryBusyError(live.run.repository, { kind: 'indexing', taskId })
    const { status: known } = await statusOf(taskId)
    if (known === 'completed') throw new TaskEndedError(taskId, known)
    await asWriter(call.signal)
    const [first] = await tasks.events(taskId, { limit: 1 })
    const previous = await statusOf(taskId)
    if (previous.status === 'completed') throw new TaskEndedError(taskId, previous.status)
    if (first?.type !== 'run.queued') {
      throw new NotFoundError('TASK_NOT_FOUND', `What task "${taskId}" was asked is not kept.`)
    }
    const asked = first.request ?? everything
    return start({
      ...call,
      taskId,
      repository: previous.repositoryName,
      source: describedSource(first.source, asked.depth),
      asked,
      previous,
      onBusy: 'wait',
    })
  }

  const resume = async (taskId: string, call: ResumeOptions = {}): Promise<IndexRun> => {
    checkText('resume', taskId)
    checkResume(call)
    return alone(taskId, () => startAgain(taskId, call))
  }

  /** Whether a process that is gone was at the task when it ended. */
  const wasInterrupted = async ({ taskId, seq }: StatusDocument): Promise<boolean> => {
    const [last] = await tasks.events(taskId, { after: seq - 1, limit: 1 })
    return last?.type === 'run.failed' && last.error.errorType === 'RUN_INTERRUPTED'
  }

  return {
    cancel,
    resume,

    async pause(taskId) {
      checkText('pause', taskId)
      const live = runs.ofTask(taskId)
      if (live) {
        await live.recorded
        live.abort(new PausedError())
        await live.ended
      } else if (!isTerminal((await statusOf(taskId)).status)) {
        // Refused where another process is at it; else that process is gone, and the task with it.
        await asWriter()
      }
      const status = await statusOf(taskId)
      if (isTerminal(status.status)) throw new TaskEndedError(taskId, status.status)
      return status
    },

    async update(repository, call = {}) {
      checkText('update', repository)
      checkUpdate(call)
      const indexed = await journal.ledger.repository(repository)
      if (!indexed) {
        const message = `No repository "${repository}" is indexed.`
        throw new NotFoundError('REPOSITORY_NOT_FOUND', message)
      }
      const { onBusy = 'reject', priority = 'medium', ...rest } = call
      const asked = { ...everything, ...indexed.selection, priority }
      return start({
        ...rest,
        taskId: randomUUID(),
        repository,
        source: describedSource(indexed.source, asked.depth),
        asked,
        previous: null,
        onBusy,
      })
    },

    async resumeInterrupted(onFailed) {
      await asWriter()
      const seen = new Set<string>()
      for (let cursor: string | undefined; ; ) {
        const page = await tasks.tasks({ status: ['failed'], ...(cursor ? { cursor } : {}) })
        for (const task of page.tasks) {
          if (seen.has(task.repositoryName)) continue
          seen.add(task.repositoryName)
          // Whatever came after it did its work.
          const { repositoryName: repository, taskId } = task
          const [newest] = (await tasks.tasks({ repository, limit: 1 })).tasks
          if (newest?.taskId !== taskId || !(await wasInterrupted(task))) continue
          await resume(taskId).catch((error: unknown) => onFailed(taskId, error))
        }
        if (page.nextCursor === null) return
        cursor = page.nextCursor
      }
    },
  }
}

function ignore(): void {}
