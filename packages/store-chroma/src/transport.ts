import { StoreError } from '@cairn/core'
import { withinTime } from '@cairn/core/abortable'
import { lateAnswer, noAnswer } from './failure.ts'
import type { CheckedOptions } from './options.ts'

/** What a call of the store lets its requests do. */
export interface Call {
  /** Whether a Chroma has answered at the address before. @default false */
  readonly isKnown?: boolean
  /** Ends the requests of the call. */
  readonly signal?: AbortSignal | undefined
}

/**
 * `fetch` with a time limit and the call's signal, until the whole body is there: the client of Chroma
 * has neither. Rejects with a `StoreError`, or with the signal's reason.
 */
export function createFetch(
  { url, timeoutMs }: Pick<CheckedOptions, 'url' | 'timeoutMs'>,
  { signal, isKnown = false }: Call,
): typeof fetch {
  const limit = { timeoutMs, timedOut: () => lateAnswer(url, timeoutMs) }
  return async (input, init) => {
    try {
      return await withinTime(signal, limit, async (own) => {
        const response = await fetch(input, {
          ...init,
          // Credentials are not carried to another host.
          redirect: 'manual',
          signal: own,
        })
        const body = await response.arrayBuffer()
        const { status, headers } = response
        // A response of these may have no body at all.
        return new Response(status === 204 || status === 304 ? null : body, { status, headers })
      })
    } catch (error) {
      signal?.throwIfAborted()
      throw error instanceof StoreError ? error : noAnswer(url, error, isKnown)
    }
  }
}
