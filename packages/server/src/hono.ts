/**
 * Binds a status server to Hono, on `@hono/node-server`.
 *
 * @packageDocumentation
 */
import type { MiddlewareHandler } from 'hono'
import type { RequestContext, StatusServer } from './options.ts'

export { attachUpgrades, type UpgradeListener, type UpgradingServer } from './attach-upgrades.ts'

/** What `@hono/node-server` gives as the environment. */
interface NodeBindings {
  readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } }
}

/** A middleware for `app.use(…)`; the base path counts from the root of the application. */
export function honoMiddleware(server: StatusServer): MiddlewareHandler {
  return async (context, next) => {
    const { raw } = context.req
    if (!server.owns(new URL(raw.url).pathname)) return next()
    const { incoming }: NodeBindings = context.env ?? {}
    const given: RequestContext = {
      remoteAddress: incoming?.socket?.remoteAddress,
      hostRequest: context,
      // Hono keeps what a middleware before has read.
      ...(raw.bodyUsed ? { parsedBody: await context.req.text() } : {}),
    }
    return server.fetch(raw, given)
  }
}
