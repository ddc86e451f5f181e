import type { IndexEvent, RequestedRun, StatusDocument } from '@cairn/protocol'
import type { CloneLimit } from './clone-limit.ts'
import type { Embedder } from './contracts/embedder.ts'
import type { FileRecord } from './contracts/journal.ts'
import type { Storage } from './contracts/storage.ts'
import { cancelledBy, PausedError, toCairnError, typedErrors } from './errors.ts'
import type { MemoryGate } from './memory-gate.ts'
import type { IndexResult, Limits } from './options.ts'
import type { Parser } from './parsing/parser.ts'
import { openEarly, type RunRequest, runPipeline } from './pipeline/run-pipeline.ts'
import { createEventRecorder, type EventRecorder } from './progress/event-recorder.ts'
import { createRecordEvent, type RecordEvent } from './progress/record-event.ts'
import { createRunProgress, type RunProgress } from './progress/run-progress.ts'
import type { WaitForTurn } from './repository-queue.ts'
import { createRetry } from './retry.ts'
import { findGit } from './source/host-git.ts'
import { waitingStorage } from './stores/waiting-storage.ts'

/** What one run of a task is made from. */
export interface RunOptions {
  readonly taskId: string
  readonly runId: string
  readonly repository: string
  readonly request: Omit<RunRequest, 'git' | 'opening'>
  readonly storage: Storage
  readonly embedder: Embedder
  readonly parser: Parser
  readonly limits: Required<Limits>
  readonly clones: CloneLimit
  readonly memory: MemoryGate
  /** What the task was asked, to be kept with it. */
  readonly asked: RequestedRun
  /** The status of the task that the run goes on with; null: it begins the task. */
  readonly previous: StatusDocument | null
  readonly signal: AbortSignal
  readonly turn: WaitForTurn
  /** Gets each event once it is stored; must not throw. */
  readonly publish: (event: IndexEvent, status: StatusDocument) => void
  /** Gets the way to record a warning, for as long as the run records. */
  readonly onRecording: (progress: Pick<RunProgress, 'warning'> | null) => void
}

const mostProblems = 1_000

/** One run from `run.queued` to its end; whatever happens, the event log says how it ended. */
export async function performRun(options: RunOptions): Promise<IndexResult> {
  const { signal } = options
  const git = findGit(signal)
  // A plain folder does without; whoever needs it meets the failure.
  git.catch(() => undefined)
  const request = { ...options.request, git, opening: null }
  const opening = openEarly(options, request)
  try {
    return await performOpened(options, { ...request, opening })
  } finally {
    // Also where the run ended before it came to its source.
    await opening?.then(
      (tree) => tree.close(),
      () => undefined,
    )
  }
}

async function performOpened(options: RunOptions, request: RunRequest): Promise<IndexResult> {
  const { storage, signal, repository, runId, taskId } = options
  // Nothing can be recorded yet: of what fails here the caller alone hears.
  const history = await typedErrors(signal, 'STORE_FAILED', async () => {
    await storage.journal.acquireWriter({ signal })
    return storage.journal.tasks.secondsPerItem(repository)
  })
  const failed: FileRecord[] = []
  const skipped: FileRecord[] = []
  const recorder = createEventRecorder({
    log: storage.journal.tasks,
    from: options.previous,
    deliver: (event, status) => {
      const problem = problemOf(event)
      const problems = problem?.outcome === 'failed' ? failed : skipped
      if (problem && problems.length < mostProblems) problems.push(problem)
      options.publish(event, status)
    },
  })
  const record = createRecordEvent(recorder, taskId, runId)
  if (options.previous) record({ type: 'run.resumed' })
  else {
    const { description: source } = options.request
    record({ type: 'run.queued', repository, source, request: options.asked })
  }
  const progress = createRunProgress({
    taskId,
    runId,
    recorder,
    stallAfterMs: options.limits.stallAfterMs,
    history,
  })
  options.onRecording(progress)
  const startedMs = performance.now()
  try {
    let hasWaited = false
    await options.turn((busy) => {
      hasWaited ||= busy !== null
      progress.waiting(options.turn, busy)
    })
    record({ type: 'run.started' })
    options.memory.assertWorkable()
    const retry = createRetry({ retries: options.limits.retries, progress, signal })
    const outcome = await runPipeline(
      {
        ...options,
        storage: waitingStorage(storage, retry),
        space: {
          fingerprint: options.embedder.fingerprint,
          dimensions: options.embedder.dimensions,
        },
        progress,
        goesOn: options.previous !== null,
        retry,
      },
      // What changed while it waited is to be seen.
      hasWaited ? { ...request, opening: null } : request,
    )
    signal.throwIfAborted()
    await recorder.drained()
    const summary = await storage.journal.ledger.repository(repository)
    const files = recorder.status()?.files ?? {
      indexed: 0,
      unchanged: 0,
      skipped: 0,
      failed: 0,
      deleted: 0,
    }
    const sums = {
      chunks: summary?.chunks ?? 0,
      symbols: summary?.symbols ?? 0,
      edges: summary?.edges ?? 0,
      durationSeconds: (performance.now() - startedMs) / 1000,
    }
    endRecording(options, progress)
    record({
      type: 'run.completed',
      files,
      ...sums,
      freshness: { ref: outcome.ref, commit: outcome.commit },
    })
    await recorder.drained()
    const problems = [...failed, ...skipped].slice(0, mostProblems)
    problems.sort((one, other) => (one.path < other.path ? -1 : 1))
    return {
      taskId,
      runId,
      repository,
      ref: outcome.ref,
      commit: outcome.commit,
      files,
      ...sums,
      problems,
    }
  } catch (thrown) {
    endRecording(options, progress)
    throw await recordEnd(thrown, options, record, recorder, progress)
  } finally {
    endRecording(options, progress)
  }
}

function endRecording({ onRecording }: RunOptions, progress: RunProgress): void {
  onRecording(null)
  progress.close()
}

/** Records how a run that did not complete ended; the error that its caller gets. */
async function recordEnd(
  thrown: unknown,
  { signal, taskId, parser }: RunOptions,
  record: RecordEvent,
  recorder: EventRecorder,
  progress: RunProgress,
): Promise<Error> {
  const error = signal.aborted ? cancelledBy(signal) : toCairnError(thrown)
  // Where the store is full, the end may take the room that was held back for it.
  recorder.tryAgain()
  const isPaused = signal.aborted ? error instanceof PausedError : error.code === 'STORE_FULL'
  if (isPaused) {
    // Where the store is full, nothing is wrong but the room: who makes some goes on with it.
    record({ type: 'run.paused', reason: signal.aborted ? null : error.message })
  } else if (signal.aborted) {
    record({ type: 'run.cancelled', reason: error.message })
  } else {
    record({
      type: 'run.failed',
      error: {
        errorType: error.code,
        errorMessage: error.message,
        filePath: null,
        stage: progress.currentStage(),
        timestamp: new Date(),
        recoverable: error.recoverable,
        stackTrace: error.stack ?? null,
      },
    })
  }
  try {
    await recorder.drained()
  } catch (unrecorded) {
    // The journal itself is what failed: both errors matter to whoever repairs it.
    const message = `Task ${taskId} ended, and its end could not be recorded: ${error.message}`
    return Object.assign(toCairnError(error), {
      cause: new AggregateError([error, unrecorded], message),
    })
  }
  // What is paused may stay so for days.
  if (isPaused) await parser.rest()
  return error
}

function problemOf(event: IndexEvent): FileRecord | null {
  if (event.type !== 'file.settled') return null
  if (event.outcome !== 'failed' && event.outcome !== 'skipped') return null
  const { path, outcome, reason, detail, language, sizeBytes, error, taskId, runId, at } = event
  return { path, outcome, reason, detail, language, sizeBytes, error, taskId, runId, at }
}
