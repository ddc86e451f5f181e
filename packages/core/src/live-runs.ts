import type { RequestedRun } from '@cairn/protocol'
import type { CancelledError, PausedError } from './errors.ts'
import type { IndexRun, Source } from './options.ts'

/** A run of this process that has not ended. */
export interface LiveRun {
  readonly run: IndexRun
  readonly source: Source
  readonly asked: RequestedRun
  readonly signal: AbortSignal
  readonly abort: (reason: CancelledError | PausedError) => void
  /** Resolves when its first event is stored, so that its task is known; or when it has ended. */
  readonly recorded: Promise<void>
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>
}

/** The runs of this process that have not ended. */
export interface LiveRuns {
  /** Holds a run until it has ended. */
  add(run: Omit<LiveRun, 'recorded' | 'ended'>): void
  ofTask(taskId: string): LiveRun | undefined
  /** In the order in which they were asked for. */
  ofRepository(repository: string): LiveRun[]
  areNone(): boolean
  sources(): Source[]
}

export function createLiveRuns(): LiveRuns {
  const byTask = new Map<string, LiveRun>()
  return {
    add(live) {
      const { run } = live
      const ended = run.finished.then(ignore, ignore)
      const first = new Promise<void>((resolve) => {
        run.once('event', () => resolve())
      })
      byTask.set(run.taskId, { ...live, ended, recorded: Promise.race([first, ended]) })
      void ended.then(() => byTask.delete(run.taskId))
    },
    areNone: () => byTask.size === 0,
    sources: () => [...byTask.values()].map(({ source }) => source),
    ofTask: (taskId) => byTask.get(taskId),
    ofRepository: (repository) =>
      [...byTask.values()].filter(({ run }) => run.repository === repository),
  }
}

function ignore(): void {}
