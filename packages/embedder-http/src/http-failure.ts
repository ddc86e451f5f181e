import { ProviderError, type ProviderFailure } from './provider-error.ts'
import { retryAfterMs } from './retry-after.ts'

/** An answer of a provider that is no success. */
export interface HttpFailureOptions {
  /** The provider and the model as a person knows them, for the message. */
  readonly provider: string
  readonly status: number
  /** The `Retry-After` header, if there is one. */
  readonly retryAfter?: string | null | undefined
  /** The body; only an error code in it is passed on. */
  readonly body?: string | undefined
}

/** What a failed answer means; see {@link ProviderError} for why it does not quote the body. */
export function httpFailure(options: HttpFailureOptions): ProviderError {
  const { provider, status, retryAfter, body = '' } = options
  const failure = failureOf(status, body)
  const code = errorCodeIn(body)
  const answered = `${provider} answered ${status}${code === null ? '' : ` (${code})`}`
  return new ProviderError(failure, `${answered}${adviceFor(status, failure)}.`, {
    retryAfterMs: retryAfterMs(retryAfter),
  })
}

function failureOf(status: number, body: string): ProviderFailure {
  if (status === 413) return 'too-long'
  if (status === 400 || status === 422) return isAboutLength(body) ? 'too-long' : 'rejected'
  if (status === 408 || status === 425 || status === 429 || status >= 500) return 'busy'
  return 'refused'
}

// "maximum context length" (OpenAI, vLLM, Ollama), "must have less than 512 tokens" (TEI).
function isAboutLength(body: string): boolean {
  return /context.?length|input.?length|too (long|large|many tokens)|(less|more) than \d+ tokens/i.test(
    body,
  )
}

function adviceFor(status: number, failure: ProviderFailure): string {
  switch (failure) {
    case 'busy':
      return status === 429 ? ': too many requests, or the quota is used up' : ''
    case 'rejected':
      return ': it does not take this text or these settings'
    case 'too-long':
      return ': it is longer than the model takes'
    case 'refused':
      if (status === 401 || status === 403) return ': check the API key and what it may do'
      if (status === 404) return ': check the base URL and the name of the model'
      return ': check the base URL, the model and the account'
    case 'invalid':
      return ''
  }
}

// Only words that are known to be the provider's own: anything else may quote a text or the key.
const knownCodes = [
  'array_above_max_length',
  'billing_not_active',
  'context_length_exceeded',
  'insufficient_quota',
  'invalid_api_key',
  'invalid_request_error',
  'model_not_found',
  'not_found_error',
  'permission_denied',
  'rate_limit_exceeded',
  'server_error',
  'string_above_max_length',
  'unsupported_country_region_territory',
]

function errorCodeIn(body: string): string | null {
  return knownCodes.find((code) => body.includes(`"${code}"`)) ?? null
}
