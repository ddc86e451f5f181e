/**
 * Binds a status server to the route handlers of Next, in its Node runtime: REST and Server-Sent Events.
 * Route handlers cannot take a WebSocket.
 *
 * @packageDocumentation
 */
import type { RequestContext, StatusServer } from './options.ts'

/** A route handler of Next. */
export type NextHandler = (request: Request) => Promise<Response>

/** What a `route.ts` exports. */
export type NextHandlers = Readonly<
  Record<'GET' | 'HEAD' | 'OPTIONS' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', NextHandler>
>

/**
 * Handlers for `app/api/v1/index/[...path]/route.ts`; the folder is the base path.
 *
 * @param serverOf the status server, asked for on every request: `next build` loads routes without serving
 * them, so that nothing should be opened before
 * @param contextOf what the host knows of a request, for example its user; Next does not tell the address
 * of the peer, so there is none without it, and the limits of one address do not hold
 */
export function nextHandlers(
  serverOf: () => StatusServer | Promise<StatusServer>,
  contextOf: (request: Request) => RequestContext = () => ({}),
): NextHandlers {
  const handle: NextHandler = async (request) => {
    const server = await serverOf()
    return server.fetch(request, { hostRequest: request, ...contextOf(request) })
  }
  return {
    GET: handle,
    HEAD: handle,
    OPTIONS: handle,
    POST: handle,
    PUT: handle,
    PATCH: handle,
    DELETE: handle,
  }
}
