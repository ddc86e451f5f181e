import { EmbedderError } from '@cairn/core'

/**
 * What a failed request means for its texts.
 * - `busy`: the same request may succeed later.
 * - `rejected`: the provider does not take one of the texts; the others may be fine.
 * - `too-long`: as `rejected`, because of length.
 * - `refused`: no request will succeed until someone changes the settings.
 * - `invalid`: the answer is not what was asked for.
 */
export type ProviderFailure = 'busy' | 'rejected' | 'too-long' | 'refused' | 'invalid'

/** Options of a {@link ProviderError}. */
export interface ProviderErrorOptions {
  /** Milliseconds the provider asked to wait before the next request. @default 0 */
  readonly retryAfterMs?: number
}

const codes = {
  busy: 'EMBEDDER_UNAVAILABLE',
  rejected: 'EMBEDDING_FAILED',
  'too-long': 'EMBEDDING_FAILED',
  refused: 'EMBEDDER_UNAVAILABLE',
  invalid: 'EMBEDDER_INVALID',
} as const

/**
 * A request to a provider failed. It carries neither a cause nor the provider's own words, because
 * both may quote the key or the texts.
 */
export class ProviderError extends EmbedderError {
  readonly failure: ProviderFailure
  /** Milliseconds the provider asked to wait before the next request. */
  readonly retryAfterMs: number

  constructor(failure: ProviderFailure, message: string, options: ProviderErrorOptions = {}) {
    super(codes[failure], message, { recoverable: failure === 'busy' })
    this.failure = failure
    this.retryAfterMs = options.retryAfterMs ?? 0
  }
}
