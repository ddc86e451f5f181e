import { ProblemError } from './problem-error.ts'

/**
 * Holds that an answer of this media type is among those that a request accepts (RFC 9110, section 12.5.1). What is
 * no list of media ranges says nothing: clients that write `*` for everything are old and many.
 *
 * @throws ProblemError 406
 */
export function checkAccepted(accept: string | null, mediaType: string): void {
  if (accept === null || accept.trim() === '') return
  const [type = ''] = mediaType.split('/')
  // The most exact range counts, whatever stands before it.
  for (const wanted of [mediaType, `${type}/*`, '*/*', '*']) {
    const range = accept
      .split(',')
      .map(readRange)
      .find((each) => each.range === wanted)
    if (!range) continue
    if (range.isAccepted) return
    break
  }
  throw new ProblemError(
    406,
    `This is answered as ${mediaType}, which the request does not accept.`,
  )
}

function readRange(text: string): { readonly range: string; readonly isAccepted: boolean } {
  const [range = '', ...parameters] = text
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  return { range, isAccepted: !parameters.some((each) => /^q=0(?:\.0*)?$/.test(each)) }
}
