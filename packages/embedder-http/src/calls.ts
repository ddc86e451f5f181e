import { setMaxListeners } from 'node:events'
import { rejectOnAbort } from './reject-on-abort.ts'

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

/**
 * Each call has a signal of its own, which lasts no longer than the call: `AbortSignal.any` over
 * signals that last would hold on to memory for every call (Node 20).
 */
export function createCalls(): Calls {
  const underWay = new Set<AbortController>()
  const ending = new AbortController()
  return {
    async run(caller, work) {
      ending.signal.throwIfAborted()
      caller?.throwIfAborted()
      const own = new AbortController()
      // As many requests as the host allows listen to it.
      setMaxListeners(0, own.signal)
      const abort = (): void => own.abort(caller?.reason)
      caller?.addEventListener('abort', abort, { once: true })
      underWay.add(own)
      try {
        return await rejectOnAbort(work(own.signal), own.signal)
      } finally {
        underWay.delete(own)
        caller?.removeEventListener('abort', abort)
      }
    },
    end(reason) {
      ending.abort(reason)
      for (const call of underWay) call.abort(reason)
    },
  }
}
