import { setMaxListeners } from 'node:events'
import { abortable, withOwnSignal } from '@cairn/core/abortable'
import { takeOut } from '@cairn/core/take-out'

/** The calls that are under way. */
export interface Calls {
  /**
   * What `work` gives; rejects at once, with its reason, when the caller's signal is aborted or the
   * calls are ended.
   */
  run<T>(caller: AbortSignal | undefined, work: (signal: AbortSignal) => Promise<T>): Promise<T>
  /** Ends every call that is under way, and those that come. */
  end(reason: unknown): void
}

/** Each call has a signal of its own, which lasts no longer than the call. */
export function createCalls(): Calls {
  const underWay: AbortController[] = []
  const ending = new AbortController()
  return {
    async run(caller, work) {
      ending.signal.throwIfAborted()
      return await withOwnSignal(caller, async (own) => {
        // As many requests as the host allows listen to it.
        setMaxListeners(0, own.signal)
        underWay.push(own)
        try {
          return await abortable(own.signal, () => work(own.signal))
        } finally {
          takeOut(underWay, own)
        }
      })
    },
    end(reason) {
      ending.abort(reason)
      for (const call of [...underWay]) call.abort(reason)
    },
  }
}
