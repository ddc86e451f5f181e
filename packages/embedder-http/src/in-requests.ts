import { setMaxListeners } from 'node:events'
import { withOwnSignal } from '@cairn/core/abortable'
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
  return (items, signal, waits) =>
    withOwnSignal(signal, async (own) => {
      setMaxListeners(0, own.signal)
      const failures: unknown[] = []
      await Promise.all(
        requestBatches(items, size).map((batch) =>
          slots(async () => {
            if (failures.length > 0) return
            try {
              own.signal.throwIfAborted()
              await embedItems(batch, own.signal, waits)
            } catch (error) {
              failures.push(error)
              const isBusy = error instanceof ProviderError && error.failure === 'busy'
              if (!isBusy) own.abort(error)
            }
          }),
        ),
      )
      if (failures.length > 0) throw failures[0]
    })
}
