import { type CancelledError, RepositoryBusyError, type RepositoryHolder } from './errors.ts'

/** Exclusive work that has its place in the queue. */
export interface QueuedWork<T> {
  /** Starts it; called once. */
  readonly result: () => Promise<T>
  readonly abort: (reason: CancelledError) => void
}

/** Lets one piece of work at a time at each repository. */
export interface RepositoryQueue {
  /**
   * Puts work at the end of a repository's queue. `work` is called at once, and waits itself until
   * `turn` resolves: nothing else works on the repository then.
   * @throws RepositoryBusyError where something holds the repository and `onBusy` is `'reject'`
   */
  enter<T>(
    repository: string,
    holder: RepositoryHolder,
    onBusy: 'reject' | 'wait',
    work: (turn: Promise<void>, signal: AbortSignal) => Promise<T>,
  ): QueuedWork<T>
  /** Aborts all work, whether it runs or waits for its turn; resolves when it has ended. */
  abortAll(reason: CancelledError): Promise<void>
}

interface Entry {
  readonly holder: RepositoryHolder
  /** Resolves when this work and all before it have ended. */
  readonly done: Promise<void>
  readonly abort: QueuedWork<unknown>['abort']
}

export function createRepositoryQueue(): RepositoryQueue {
  /** By repository; the first of each holds it, the others wait. */
  const queues = new Map<string, Entry[]>()

  const leave = (repository: string, entry: Entry): void => {
    const left = queues.get(repository)?.filter((other) => other !== entry) ?? []
    if (left.length > 0) queues.set(repository, left)
    else queues.delete(repository)
  }

  return {
    enter(repository, holder, onBusy, work) {
      const queue = queues.get(repository) ?? []
      const [first] = queue
      if (first && onBusy === 'reject') throw new RepositoryBusyError(repository, first.holder)
      const turn = queue.at(-1)?.done ?? Promise.resolve()
      const controller = new AbortController()
      let resolve = (): void => undefined
      const done = new Promise<void>((settle) => {
        resolve = settle
      })
      const abort: Entry['abort'] = (reason) => controller.abort(reason)
      const entry: Entry = { holder, done, abort }
      queues.set(repository, [...queue, entry])
      const result = async (): ReturnType<typeof work> => {
        try {
          return await work(turn, controller.signal)
        } finally {
          // Work that ends before its turn keeps its place: who waits for it waits for those before it.
          void turn.then(() => {
            leave(repository, entry)
            resolve()
          })
        }
      }
      return { result, abort }
    },
    async abortAll(reason) {
      const entries = [...queues.values()].flat()
      for (const { abort } of entries) abort(reason)
      await Promise.all(entries.map(({ done }) => done))
    },
  }
}
