import type { RequestContext } from './options.ts'
import { ProblemError } from './problem-error.ts'
import type { WireRequest } from './wire-request.ts'

/**
 * The JSON of a request's body, or what the host has made of it.
 *
 * @throws ProblemError 400, 413, 415
 */
export async function readBody(
  request: WireRequest,
  context: RequestContext,
  maxBytes: number,
): Promise<unknown> {
  checkType(request.header('content-type'))
  checkLength(request.header('content-length'), maxBytes)
  const { parsedBody } = context
  const isText = typeof parsedBody === 'string' || parsedBody instanceof Uint8Array
  if (parsedBody !== undefined && !isText) return parsedBody
  // Who has read a body has decoded it too.
  if (parsedBody === undefined) checkCoding(request.header('content-encoding'))
  // A host may have read bodies as text or as bytes.
  const text =
    typeof parsedBody === 'string'
      ? parsedBody
      : await readText(parsedBody === undefined ? request.body() : [parsedBody], maxBytes)
  try {
    return JSON.parse(text)
  } catch {
    throw new ProblemError(400, 'The body is not JSON.')
  }
}

function checkType(contentType: string | null): void {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';')
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith('charset='))
  const isJson = /^application\/(?:[\w.+-]+\+)?json$/.test(type.trim())
  if (!isJson || (charset && !/^charset="?utf-?8"?$/.test(charset))) {
    throw new ProblemError(415, 'The body is to be application/json in UTF-8.', {
      headers: { accept: 'application/json' },
    })
  }
}

/** RFC 9110, section 12.5.3: the answer says which codings there are. */
function checkCoding(contentEncoding: string | null): void {
  const codings = (contentEncoding ?? '').split(',').map((coding) => coding.trim().toLowerCase())
  if (codings.every((coding) => coding === '' || coding === 'identity')) return
  throw new ProblemError(415, 'The body is to be sent without a content coding.', {
    headers: { 'accept-encoding': 'identity' },
  })
}

function checkLength(contentLength: string | null, maxBytes: number): void {
  if (contentLength !== null && Number(contentLength) > maxBytes) throw tooLarge(maxBytes)
}

async function readText(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | null,
  maxBytes: number,
): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  let bytes = 0
  let text = ''
  try {
    for await (const part of body ?? []) {
      bytes += part.byteLength
      if (bytes > maxBytes) throw tooLarge(maxBytes)
      text += decoder.decode(part, { stream: true })
    }
    return text + decoder.decode()
  } catch (error) {
    if (error instanceof ProblemError) throw error
    const isNoText = error instanceof TypeError
    throw new ProblemError(400, isNoText ? 'The body is not UTF-8.' : 'The body was cut off.')
  }
}

function tooLarge(maxBytes: number): ProblemError {
  // The rest of the body is not read, so the connection cannot carry another request.
  return new ProblemError(413, `The body may have at most ${maxBytes} bytes.`)
}
