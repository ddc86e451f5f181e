import type { Server } from 'node:http'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { bindingContract, closeServer } from './binding-contract.test-support.ts'
import { attachUpgrades, honoMiddleware } from './hono.ts'

bindingContract({
  name: 'hono 4',
  async start({ server, prefix, parser }) {
    const app = new Hono()
    app.onError((error, context) =>
      error instanceof HTTPException
        ? error.getResponse()
        : context.text('handled by the host', error instanceof SyntaxError ? 400 : 500),
    )
    if (parser === 'before') {
      app.use(async (context, next) => {
        if (context.req.header('content-type') === 'application/json') await context.req.json()
        await next()
      })
    }
    if (prefix === '') app.use(honoMiddleware(server))
    else app.route(prefix, new Hono().use(honoMiddleware(server)))
    app.get('/own', (context) => context.text('own'))
    app.get('/broken', () => {
      throw new Error('broken')
    })
    app.post('/echo', async (context) => context.json(await context.req.json()))
    const httpServer = await new Promise<Server>((resolve) => {
      const made = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, () =>
        resolve(made as Server),
      )
    })
    attachUpgrades(httpServer, server)
    return { httpServer, close: () => closeServer(httpServer) }
  },
})
