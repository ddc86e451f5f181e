import type { RequestHead } from './options.ts'
import type { WireRequest } from './wire-request.ts'

/** What `authorize` sees of a request. */
export function requestHead(
  request: Pick<WireRequest, 'method' | 'target' | 'origin' | 'headers'>,
): RequestHead {
  const { method, target, origin } = request
  return {
    method,
    url: target.startsWith('/') ? origin + target : target,
    headers: request.headers(),
  }
}
