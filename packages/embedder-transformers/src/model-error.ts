import type { EmbedderError } from '@cairn/core'

/**
 * Why a model cannot be opened or used, as it is said in a worker: there `@cairn/core` is not loaded,
 * which would take each worker tens of megabytes for the sake of its errors.
 */
export class ModelError extends Error {
  override readonly name = 'ModelError'
  readonly code: EmbedderError['code']

  constructor(code: EmbedderError['code'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
  }
}

/** An error as it crosses between threads and processes. */
export interface PlainError {
  readonly code: EmbedderError['code']
  readonly message: string
  /** The cause in words, with its stack; null where there is none. */
  readonly cause: string | null
}

/** `error` as plain data, of the given code unless it has one of its own. */
export function toPlainError(error: unknown, code: EmbedderError['code']): PlainError {
  const isTyped = error instanceof ModelError
  const cause = isTyped ? error.cause : error
  const words = cause instanceof Error ? (cause.stack ?? cause.message) : cause
  return {
    code: isTyped ? error.code : code,
    message: error instanceof Error ? error.message : String(error),
    cause: words === undefined ? null : String(words),
  }
}
