/**
 * Binds a status server to Koa.
 *
 * @packageDocumentation
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { nodeHandler } from './node.ts'
import type { StatusServer } from './options.ts'

export { attachUpgrades, type UpgradeListener, type UpgradingServer } from './attach-upgrades.ts'

/** What is needed of a context of Koa. */
export interface KoaContext {
  /** The request of Node. */
  readonly req: IncomingMessage
  /** The response of Node. */
  readonly res: ServerResponse
  /** Path and query as they came, whatever `koa-mount` has taken off. */
  readonly originalUrl: string
  /** Address of the client, as far as `app.proxy` believes what proxies say. */
  readonly ip: string
  /** Koa's request, with a body where a parser was before. */
  readonly request: { readonly body?: unknown }
  /** Whether Koa answers. */
  respond?: boolean
}

/** A middleware for `app.use(…)`, before or after body parsers; the base path counts from the root. */
export function koaMiddleware(
  server: StatusServer,
): (context: KoaContext, next: () => Promise<unknown>) => Promise<void> {
  return async (context, next) => {
    const { req, res, originalUrl, ip, request } = context
    if (!server.owns(originalUrl)) {
      await next()
      return
    }
    context.respond = false
    const handle = nodeHandler(server, {
      target: () => originalUrl,
      context: () => ({
        remoteAddress: ip,
        hostRequest: context,
        parsedBody: req.readableDidRead ? request.body : undefined,
      }),
    })
    await handle(req, res)
  }
}
