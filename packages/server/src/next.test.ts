import { createServer } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import { bindingContract, listen } from './binding-contract.test-support.ts'
import { type NextHandlers, nextHandlers } from './next.ts'

bindingContract({
  // The handlers are called with real requests over real sockets, by a server that is not Next's.
  name: 'route handlers of next',
  parsers: ['nowhere'],
  hasSockets: false,
  // Next answers those itself that a `route.ts` cannot export.
  hasAllMethods: false,
  async start({ server }) {
    const handlers = nextHandlers(() => server)
    return listen(
      createServer(
        getRequestListener(async (request) => {
          const { pathname } = new URL(request.url)
          // As the file `app/…/[...path]/route.ts` of Next does.
          if (pathname.startsWith(`${server.basePath}/`)) {
            return handlers[request.method as keyof NextHandlers](request)
          }
          if (pathname === '/own') return new Response('own')
          if (pathname === '/broken') return new Response('handled by the host', { status: 500 })
          return new Response('nothing here', { status: 404 })
        }),
      ),
    )
  },
})
