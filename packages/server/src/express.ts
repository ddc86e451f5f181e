/**
 * Binds a status server to Express, 5 and 4.
 *
 * @packageDocumentation
 */
import { type NodeRequest, type NodeResponse, nodeHandler } from './node.ts'
import type { StatusServer } from './options.ts'

export { attachUpgrades, type UpgradeListener, type UpgradingServer } from './attach-upgrades.ts'
export type { NodeRequest, NodeResponse } from './node.ts'

/** A request as Express has it. */
export type ExpressRequest = NodeRequest & {
  /** The path that the handler is mounted at. */
  readonly baseUrl: string
  /** Address of the client, as far as `trust proxy` believes what proxies say. */
  readonly ip?: string | undefined
}

/**
 * A handler for `app.use(…)`, before or after body parsers. Wherever it is mounted, the base path counts
 * from the root of the application; mounted where that cannot be, it gives a TypeError to `next`.
 */
export function expressHandler(
  server: StatusServer,
): (request: ExpressRequest, response: NodeResponse, next: (error?: unknown) => void) => void {
  const handle = nodeHandler<ExpressRequest>(server, {
    target: ({ baseUrl, url }) => baseUrl + url,
    context: ({ ip }) => ({ remoteAddress: ip }),
  })
  return (request, response, next) => {
    const { baseUrl } = request
    if (`${server.basePath}/`.toLowerCase().startsWith(`${baseUrl}/`.toLowerCase())) {
      void handle(request, response, next)
    } else {
      const detail = `the basePath ${server.basePath} of the status server is to begin with it`
      next(new TypeError(`The status server is mounted at ${baseUrl}: ${detail}.`))
    }
  }
}
