import {
  foldStatus,
  type IndexEvent,
  type NewIndexEvent,
  type StatusDocument,
} from '@cairn/protocol'
import type { TaskLog } from '../contracts/journal.ts'
import { toCairnError } from '../errors.ts'
import { freeze } from '../freeze.ts'

/** Stores the events of one run in their order and hands them on once they are stored. */
export interface EventRecorder {
  /** Queues an event. What fails to be stored fails the next {@link drained}. */
  record(event: NewIndexEvent): void
  /** Resolves when at most `most` events wait to be stored. @default 0 */
  drained(most?: number): Promise<void>
  /** After the store was full: what could not be stored, and what comes, is to be stored once more. */
  tryAgain(): void
  /** The status folded from what is stored; null before the task's first event. */
  status(): StatusDocument | null
}

/** `deliver` gets each stored event with the status folded up to it; it must not throw. */
export function createEventRecorder(options: {
  readonly log: Pick<TaskLog, 'append'>
  readonly deliver: (event: IndexEvent, status: StatusDocument) => void
  /** What the task's earlier events fold to; null: this run begins the task. @default null */
  readonly from?: StatusDocument | null
}): EventRecorder {
  let pending: NewIndexEvent[] = []
  let storing: Promise<void> | null = null
  let failure: unknown = null
  let status: StatusDocument | null = options.from ?? null

  const storePending = async (): Promise<void> => {
    try {
      // Whatever is recorded in the same turn goes into the same transaction.
      await Promise.resolve()
      while (pending.length > 0) {
        const batch = pending
        pending = []
        const stored = await options.log.append(batch).catch((error: unknown) => {
          pending = [...batch, ...pending]
          throw error
        })
        for (const event of stored) {
          // One listener's change must reach neither the next listener nor the fold.
          freeze(event)
          status = foldStatus(status, event)
          freeze(status)
          options.deliver(event, status)
        }
      }
    } catch (error) {
      failure = error
    } finally {
      storing = null
    }
  }

  return {
    record(event) {
      pending.push(event)
      if (failure === null) storing ??= storePending()
    },
    async drained(most = 0) {
      while (failure === null && storing && pending.length >= most) await storing
      if (failure !== null) throw toCairnError(failure, 'STORE_FAILED')
    },
    tryAgain() {
      // After another failure nobody knows what was stored.
      if (failure === null || toCairnError(failure).code !== 'STORE_FULL') return
      failure = null
      if (pending.length > 0) storing ??= storePending()
    },
    status: () => status,
  }
}
