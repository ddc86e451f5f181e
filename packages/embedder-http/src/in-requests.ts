import { setMaxListeners } from 'node:events'
import type { LimitFunction } from 'p-limit'
import type { EmbedItems } from './embed-items.ts'
import { ProviderError } from './provider-error.ts'
import { type RequestSize, requestBatches } from './request-batches.ts'

/**
 * Embeds items in requests of a size, as many at a time as `slots` has room for. After a failure that
 * is no fault of a text no other request begins, and it rejects with it when all have ended. Those
 * under way are ended too, unless the provider is only busy: what they cost is spent, and their
 * vectors can be kept.
 */
export function inRequests(
  embedItems: EmbedItems,
  size: RequestSize,
  slots: LimitFunction,
): EmbedItems {
  return async (items, signal) => {
    const failing = new AbortController()
    const either = AbortSignal.any([signal, failing.signal])
    setMaxListeners(0, either)
    const failures: unknown[] = []
    await Promise.all(
      requestBatches(items, size).map((batch) =>
        slots(async () => {
          if (failures.length > 0) return
          try {
            either.throwIfAborted()
            await embedItems(batch, either)
          } catch (error) {
            failures.push(error)
            const isBusy = error instanceof ProviderError && error.failure === 'busy'
            if (!isBusy) failing.abort(error)
          }
        }),
      ),
    )
    if (failures.length > 0) throw failures[0]
  }
}
