import { EmbedderError } from '@cairn/core'
import type { PlainError } from './model-error.ts'

/** What a worker said of a failure, as an error for the caller. */
export function toEmbedderError({ code, message, cause }: PlainError): EmbedderError {
  return new EmbedderError(code, message, cause === null ? {} : { cause: new Error(cause) })
}
