import type { IndexEvent, StatusDocument } from '@cairn/protocol'
import { onAbort } from './abortable.ts'
import { cancelledBy } from './errors.ts'
import type { EventChannel } from './event-channel.ts'
import { createEventQueue } from './event-queue.ts'
import type { IndexResult, IndexRun } from './options.ts'

/** What {@link createIndexRun} needs of the run it shows. */
export interface IndexRunOptions {
  readonly taskId: string
  readonly runId: string
  readonly repository: string
  /** Where the run's events are published. */
  readonly channel: EventChannel
  readonly status: () => StatusDocument | null
  readonly cancel: (reason: string | null) => void
  readonly work: () => Promise<IndexResult>
}

/** Starts the work in the next turn, so that the caller can subscribe to its first event. */
export function createIndexRun(options: IndexRunOptions): IndexRun {
  const { taskId, runId, repository, channel } = options
  let hasEnded = false

  const run: IndexRun = Object.assign(channel, {
    taskId,
    runId,
    repository,
    status: options.status,
    finished: Promise.resolve().then(() => options.work()),
    async cancel(reason?: string) {
      options.cancel(reason ?? null)
      await run.finished.then(ignore, ignore)
    },
    [Symbol.asyncIterator](): AsyncIterator<IndexEvent> {
      const queue = createEventQueue(channel)
      if (hasEnded) queue.end()
      else run.finished.then(queue.end, queue.end)
      return queue.iterator
    },
  })
  const end = (): void => {
    hasEnded = true
  }
  // A host that only listens to events must not be ended by an unhandled rejection.
  run.finished.then(end, end)
  return run
}

/**
 * A run that goes already, as somebody else's: with listeners of its own, and with an end of its own where
 * `signal` ends the waiting for it, which leaves the run alone.
 */
export function joinRun(
  run: IndexRun,
  channel: EventChannel,
  signal: AbortSignal | undefined,
): IndexRun {
  const { taskId, runId, repository, status } = run
  const relay = (event: IndexEvent): void => channel.publish(event)
  run.on('event', relay)
  const joined = createIndexRun({
    taskId,
    runId,
    repository,
    channel,
    status,
    cancel: (reason) => void run.cancel(reason ?? undefined),
    work: () => untilAborted(run.finished, signal),
  })
  const leave = (): void => void run.off('event', relay)
  joined.finished.then(leave, leave)
  return joined
}

function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(cancelledBy(signal))
    if (signal.aborted) abort()
    work.then(resolve, reject).finally(onAbort(signal, abort))
  })
}

function ignore(): void {}
