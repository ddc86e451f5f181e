import { CairnError, StoreError } from '@cairn/core'
import { z } from 'zod'

/**
 * No answer came: the server is not there, went away, or does not speak HTTP. What has been known for a
 * Chroma does: then it is the network between that garbles, and another try may help.
 */
export function noAnswer(url: string, error: unknown, isKnown: boolean): StoreError {
  const code = networkCode(error)
  const options = { cause: error, recoverable: true }
  if (code === 'ECONNREFUSED') {
    return new StoreError(
      'STORE_FAILED',
      `No server listens at ${url}: start Chroma there, or correct the url.`,
      options,
    )
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return new StoreError('STORE_FAILED', `The host of ${url} is not known.`, options)
  }
  // The names of what Node's HTTP parser and TLS refuse.
  if (!isKnown && /^(HPE_|HTTPParser|ERR_SSL|ERR_TLS)|CERT/.test(code)) {
    return new StoreError(
      'STORE_FAILED',
      `What listens at ${url} is not a Chroma server that speaks ${new URL(url).protocol.slice(0, -1)} (${code}).`,
      { cause: error },
    )
  }
  return new StoreError(
    'STORE_FAILED',
    `The connection to Chroma at ${url} broke${code === '' ? '' : ` (${code})`}.`,
    options,
  )
}

function networkCode(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code
    // On Node 24 it has no code.
    if (at.name === 'HTTPParserError') return at.name
    // Of several addresses of one host, all failed.
    if (at instanceof AggregateError) return networkCode(at.errors[0])
  }
  return ''
}

/** The answer took too long. */
export function lateAnswer(url: string, timeoutMs: number): StoreError {
  return new StoreError(
    'STORE_FAILED',
    `Chroma at ${url} did not answer within ${timeoutMs} ms; \`timeoutMs\` allows more.`,
    { recoverable: true },
  )
}

/** Something answers that is not Chroma. */
export function notChroma(url: string): StoreError {
  return new StoreError(
    'STORE_FAILED',
    `What answers at ${url} is not a Chroma server: correct the url.`,
  )
}

/** The server is older than what this adapter speaks. */
export function tooOld(url: string, version: string): StoreError {
  return new StoreError(
    'STORE_UNSUPPORTED',
    `Chroma ${version} at ${url} is too old: cairn needs 1.0.0 or newer.`,
  )
}

/** The vectors of a collection and those of the caller have other lengths. */
export function otherDimensions(what: string, stored: number, given: number): StoreError {
  return new StoreError(
    'STORE_MISMATCH',
    `${what} has vectors of ${stored} dimensions, not of ${given}.`,
  )
}

/** A collection that was there a moment ago is not any more. */
export class VanishedError extends StoreError {
  constructor(url: string) {
    super(
      'STORE_FAILED',
      `A collection of cairn in Chroma at ${url} was deleted by another program.`,
      { recoverable: true },
    )
  }
}

/** A request has more bytes than the server, or a proxy before it, takes; a smaller one may pass. */
export class TooLargeError extends StoreError {
  constructor(url: string, said: string) {
    super('STORE_FAILED', `Chroma at ${url} answered 413: ${said}`)
  }
}

/** What was thrown as a `StoreError`. */
export function toStoreError(error: unknown): CairnError {
  if (CairnError.isInstance(error)) return error
  const message = error instanceof Error ? error.message : String(error)
  return new StoreError('STORE_FAILED', `The client of Chroma failed: ${message}`, { cause: error })
}

const errorBody = z.object({ message: z.string() })

/** The server answered with a status that is none of success. */
export function refused(url: string, status: number, body: string): StoreError {
  const said = message(body)
  switch (status) {
    case 401:
    case 403:
      return new StoreError(
        'STORE_FAILED',
        `Chroma at ${url} refuses the credentials (${status}): correct \`auth\`.`,
      )
    case 404:
      return new StoreError('STORE_FAILED', `Chroma at ${url} does not know it: ${said}`)
    case 413:
      return new TooLargeError(url, said)
    case 503:
      return new StoreError('STORE_FAILED', `Chroma at ${url} is not ready: ${said}`, {
        recoverable: true,
      })
  }
  if (/expecting embedding with dimension/.test(said)) {
    return new StoreError('STORE_MISMATCH', `Chroma at ${url}: ${said}`)
  }
  return new StoreError('STORE_FAILED', `Chroma at ${url} answered ${status}: ${said}`, {
    recoverable: status >= 500 || status === 408 || status === 429,
  })
}

const longestMessage = 300

function message(body: string): string {
  let parsed: unknown
  try {
    parsed = JSON.parse(body)
  } catch {
    // A proxy's page, say; it is shown as it is.
    parsed = null
  }
  const said = errorBody.safeParse(parsed)
  return (said.success ? said.data.message : body.trim()).slice(0, longestMessage) || 'no reason'
}

/** The store was closed. */
export function closedError(): StoreError {
  return new StoreError('CLOSED', 'The vector store is closed.')
}
