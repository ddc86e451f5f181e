import { type Priority, priorities, type RunGroup } from '@cairn/protocol'
import {
  type CancelledError,
  type PausedError,
  RepositoryBusyError,
  type RepositoryHolder,
} from './errors.ts'
import { createTurns, type Place, type Turns } from './turns.ts'

/** Exclusive work that has its place in the queue. */
export interface QueuedWork<T> {
  /** Starts it; called once. */
  readonly result: () => Promise<T>
  readonly abort: (reason: CancelledError | PausedError) => void
  /** What the work is aborted by. */
  readonly signal: AbortSignal
}

/** What asks for a repository. */
export interface Entrant {
  readonly repository: string
  readonly holder: RepositoryHolder
  /** Where something holds the repository: whether to refuse or to wait. */
  readonly onBusy: 'reject' | 'wait'
  /** @default 'medium' */
  readonly priority?: Priority
  /** Of a run: others that it must not go with all at once. */
  readonly group?: RunGroup | undefined
  /** Aborts the work, beside what the queue itself aborts. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Waits until nothing else works on the repository and, for a run, until there is room for one more;
 * meanwhile `onWaiting` gets what for, and null at the end. Rejects with the reason of the work's signal.
 */
export type WaitForTurn = (onWaiting: (busy: string | null) => void) => Promise<void>

/** Lets one piece of work at a time at each repository, and so many runs in all. */
export interface RepositoryQueue {
  /**
   * Puts work into the queue. `work` is called when it is started, and waits itself for its turn.
   * @throws RepositoryBusyError where something holds the repository and `onBusy` is `'reject'`
   */
  enter<T>(
    entrant: Entrant,
    work: (turn: WaitForTurn, signal: AbortSignal) => Promise<T>,
  ): QueuedWork<T>
  /** Aborts all work, whether it runs or waits for its turn; resolves when it has ended. */
  abortAll(reason: CancelledError): Promise<void>
}

interface Entry {
  readonly repository: string
  readonly holder: RepositoryHolder
  readonly done: Promise<void>
  readonly abort: QueuedWork<unknown>['abort']
}

/**
 * The order: higher priority first; then the repository whose last turn is the longest ago, so that many
 * requests for one do not keep the others waiting; then who came first. Who is passed over rises from
 * priority to priority ({@link Turns}), so that urgent work, however much of it comes, lets the rest wait
 * long and not for ever.
 */
export function createRepositoryQueue(concurrentRuns: number): RepositoryQueue {
  const turns: Turns = createTurns()
  const entries = new Set<Entry>()
  /** Who has its turn, by repository. */
  const holders = new Map<string, Entry>()

  const holderOf = (repository: string): RepositoryHolder | null => {
    const holding = holders.get(repository)
    if (holding) return holding.holder
    for (const entry of entries) if (entry.repository === repository) return entry.holder
    return null
  }

  const repositoryPlace = (repository: string): Place => ({
    key: `repository ${repository}`,
    capacity: 1,
    busy: () => {
      const holder = holderOf(repository)
      return holder ? new RepositoryBusyError(repository, holder).message : ''
    },
  })
  const runPlace: Place = {
    key: 'run',
    capacity: concurrentRuns,
    busy: () =>
      `Waiting for another run to end: ${concurrentRuns} at once is the limit (concurrentRuns).`,
  }

  const groupPlace = ({ id, concurrentRuns: capacity }: RunGroup): Place => ({
    key: `group ${id}`,
    capacity,
    busy: () =>
      `Waiting for another run of the same request to end: ${capacity} at once is its limit.`,
  })

  return {
    enter({ repository, holder, onBusy, priority = 'medium', group, signal: outer }, work) {
      const busy = holderOf(repository)
      if (busy && onBusy === 'reject') throw new RepositoryBusyError(repository, busy)
      const controller = new AbortController()
      const signal = outer ? AbortSignal.any([controller.signal, outer]) : controller.signal
      let end = (): void => undefined
      const done = new Promise<void>((resolve) => {
        end = resolve
      })
      const abort: Entry['abort'] = (reason) => controller.abort(reason)
      const entry: Entry = { repository, holder, done, abort }
      entries.add(entry)
      let waitingFor: string | null = null
      let tell: ((busy: string | null) => void) | null = null
      const turn = turns.ask({
        places:
          holder.kind === 'indexing'
            ? [repositoryPlace(repository), runPlace, ...(group ? [groupPlace(group)] : [])]
            : [repositoryPlace(repository)],
        rank: priorities.indexOf(priority),
        share: repository,
        signal,
        onWaiting: (detail) => {
          if (detail === null) holders.set(repository, entry)
          waitingFor = detail
          tell?.(detail)
        },
      })
      const waitForTurn: WaitForTurn = (onWaiting) => {
        tell = onWaiting
        if (waitingFor !== null) onWaiting(waitingFor)
        return turn.come
      }
      const result = async (): ReturnType<typeof work> => {
        try {
          return await work(waitForTurn, signal)
        } finally {
          entries.delete(entry)
          if (holders.get(repository) === entry) holders.delete(repository)
          turn.leave()
          end()
        }
      }
      return { result, abort, signal }
    },
    async abortAll(reason) {
      const all = [...entries]
      for (const { abort } of all) abort(reason)
      await Promise.all(all.map(({ done }) => done))
    },
  }
}
