import pRetry from 'p-retry'
import { CairnError } from './errors.ts'
import type { Logger } from './options.ts'
import type { TaskControl } from './task-control.ts'

const looksForWriterEveryMs = 1_000

/**
 * Goes on with interrupted tasks as soon as no other process writes to the store; resolves when they are
 * started or `signal` aborts. What cannot go on is told to the log: nobody has asked for it.
 */
export async function resumeOnStart(options: {
  readonly control: Pick<TaskControl, 'resumeInterrupted'>
  readonly signal: AbortSignal
  readonly warn: Logger['warn']
}): Promise<void> {
  const { control, signal, warn } = options
  try {
    await pRetry(
      () =>
        control.resumeInterrupted((taskId, err) =>
          warn({ taskId, err }, `Task ${taskId} was interrupted and cannot go on.`),
        ),
      {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: looksForWriterEveryMs,
        factor: 1,
        unref: true,
        signal,
        shouldRetry: ({ error }) => CairnError.isInstance(error) && error.code === 'STORE_LOCKED',
      },
    )
  } catch (err) {
    if (!signal.aborted) warn({ err }, 'Interrupted tasks cannot go on.')
  }
}
