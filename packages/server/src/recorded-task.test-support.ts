/** A task whose events a test writes into a real journal, as another process would. */
import type { Journal } from '@cairn/core'
import type { IndexEvent, NewIndexEvent, WorkingStage } from '@cairn/protocol'

/** Writes what happens to a task. */
export interface RecordedTask {
  readonly taskId: string
  /** The task is queued and its run has started. */
  begin(): Promise<void>
  stage(stage: WorkingStage): Promise<void>
  progress(stage: WorkingStage, percent: number): Promise<void>
  warn(message: string): Promise<void>
  complete(): Promise<void>
  fail(message: string, stackTrace?: string | null): Promise<void>
  /** The last event's `seq`. */
  seq(): number
}

export function recordedTask(journal: Journal, taskId: string, repository = 'shop'): RecordedTask {
  let seq = 0
  const append = async (events: readonly Unplaced[]): Promise<void> => {
    await journal.acquireWriter()
    const at = new Date()
    const stored: IndexEvent[] = await journal.tasks.append(
      events.map((event) => ({ ...event, taskId, runId: `run-of-${taskId}`, at }) as NewIndexEvent),
    )
    seq = stored.at(-1)?.seq ?? seq
  }
  return {
    taskId,
    seq: () => seq,
    begin: () =>
      append([
        { type: 'run.queued', repository, source: { kind: 'local', path: '/shop', ref: null } },
        { type: 'run.started' },
      ]),
    stage: (stage) => append([{ type: 'stage.started', stage, totalItems: 100, unit: 'files' }]),
    progress: (stage, percent) =>
      append([
        {
          type: 'stage.progressed',
          stage,
          percent,
          processedItems: percent,
          totalItems: 100,
          operation: null,
          currentFile: null,
          filesPerSecond: 1,
          chunksPerSecond: 1,
          eta: null,
        },
      ]),
    warn: (message) =>
      append([{ type: 'warning.recorded', code: 'TEST', message, path: null, stage: 'parsing' }]),
    complete: () =>
      append([
        {
          type: 'run.completed',
          files: { indexed: 1, unchanged: 0, skipped: 0, failed: 0, deleted: 0 },
          chunks: 1,
          symbols: 0,
          edges: 0,
          durationSeconds: 1,
          freshness: { ref: null, commit: null },
        },
      ]),
    fail: (errorMessage, stackTrace = null) =>
      append([
        {
          type: 'run.failed',
          error: {
            errorType: 'INTERNAL',
            errorMessage,
            filePath: null,
            stage: 'parsing',
            timestamp: new Date(),
            recoverable: false,
            stackTrace,
          },
        },
      ]),
  }
}

/** Each event without what is the same for all of a task. */
type Unplaced = NewIndexEvent extends infer Event
  ? Event extends unknown
    ? Omit<Event, 'taskId' | 'runId' | 'at'>
    : never
  : never
