import type { RequestHead } from './options.ts'
import { localTarget } from './request-target.ts'
import type { WireRequest } from './wire-request.ts'

/** What `authorize` sees of a request. */
export function requestHead(
  request: Pick<WireRequest, 'method' | 'target' | 'origin' | 'headers'>,
): RequestHead {
  const { method, target, origin } = request
  return {
    method,
    // Whatever address it was sent with: `authorize` sees the path that is answered.
    url: origin + localTarget(target),
    headers: request.headers(),
  }
}
