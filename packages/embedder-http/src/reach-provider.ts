import { ProviderError } from './provider-error.ts'

/**
 * What `exchange` gives, from the request to the end of the answer's body.
 * @throws ProviderError `busy` when the connection fails, with the system's code and nothing else of
 * the error, which may hold the request; the signal's reason when it is aborted.
 */
export async function reachProvider<T>(
  provider: string,
  signal: AbortSignal,
  exchange: () => Promise<T>,
): Promise<T> {
  try {
    return await exchange()
  } catch (error) {
    signal.throwIfAborted()
    throw new ProviderError('busy', `${provider} could not be reached${systemCode(error)}.`)
  }
}

// fetch says why only in its cause.
function systemCode(error: unknown): string {
  const cause = error instanceof Error ? (error.cause ?? error) : error
  const code = cause instanceof Error && 'code' in cause ? cause.code : null
  return typeof code === 'string' && /^[A-Z_]{3,40}$/.test(code) ? ` (${code})` : ''
}
