import { createServer } from 'node:http'
import Koa, { type Middleware } from 'koa'
import { bindingContract, listen } from './binding-contract.test-support.ts'
import { attachUpgrades, koaMiddleware } from './koa.ts'

/** What body parsers of Koa do: the stream is read, and its JSON kept in the request. */
const parseJson: Middleware = async (context, next) => {
  if (context.is('json')) {
    const parts: Buffer[] = []
    for await (const part of context.req) parts.push(part)
    try {
      Object.assign(context.request, { body: JSON.parse(Buffer.concat(parts).toString()) })
    } catch {
      context.throw(400, 'no JSON')
    }
  }
  await next()
}

bindingContract({
  name: 'koa 3',
  async start({ server, parser }) {
    const app = new Koa()
    app.use(async (context, next) => {
      try {
        await next()
      } catch (error) {
        const { status = 500 } = error as { status?: number }
        context.status = status
        context.body = 'handled by the host'
      }
      // A host may answer what nobody did.
      if (context.status === 404) context.body = 'nothing here'
      if (context.body === 'nothing here') context.status = 404
    })
    if (parser === 'before') app.use(parseJson)
    app.use(koaMiddleware(server))
    app.use((context) => {
      if (context.path === '/own') context.body = 'own'
      if (context.path === '/broken') throw new Error('broken')
      if (context.path === '/echo') {
        context.body = (context.request as unknown as { body: object }).body
      }
    })
    const httpServer = createServer(app.callback())
    attachUpgrades(httpServer, server)
    return listen(httpServer)
  },
})
