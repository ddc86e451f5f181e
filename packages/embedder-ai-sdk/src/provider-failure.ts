import { httpFailure, ProviderError } from '@cairn/embedder-http'
import { APICallError } from 'ai'

/** Errors by which the SDK says that an answer is not what it should be. */
const answerErrors = ['AI_InvalidResponseDataError', 'AI_TypeValidationError', 'AI_JSONParseError']

/**
 * What an error of the SDK means. The error itself goes no further: it holds the texts of the request
 * and the provider's words, and may hold the key.
 */
export function providerError(id: string, error: unknown): ProviderError {
  if (APICallError.isInstance(error)) return callFailure(id, error)
  const name = error instanceof Error && /^[A-Z]\w{2,60}$/.test(error.name) ? error.name : 'unknown'
  return answerErrors.includes(name)
    ? new ProviderError('invalid', `${id} answered with something else than embeddings (${name}).`)
    : new ProviderError('refused', `${id} cannot be used: the AI SDK threw ${name}.`)
}

function callFailure(id: string, error: APICallError): ProviderError {
  const { statusCode: status, responseHeaders, responseBody: body } = error
  const isSuccess = status !== undefined && status >= 200 && status < 300
  // A connection that ends in the middle of an answer has a status, and no body.
  if (status === undefined || (isSuccess && body === undefined)) {
    return new ProviderError('busy', `${id} could not be reached.`)
  }
  if (!isSuccess) {
    const retryAfter = responseHeaders?.['retry-after']
    return httpFailure({ provider: id, status, retryAfter, body })
  }
  // One vector with NaN makes the SDK refuse the whole answer: its text is found by splitting.
  return body?.trimStart().startsWith('{')
    ? new ProviderError('rejected', `${id} answered with something else than embeddings.`)
    : new ProviderError('invalid', `${id} answered with something that is not JSON.`)
}
