/**
 * Binds a status server to Fastify.
 *
 * @packageDocumentation
 */
import type { FastifyPluginAsync } from 'fastify'
import { answerUnroutable } from './answer-unroutable.ts'
import { attachUpgrades } from './attach-upgrades.ts'
import { nodeHandler } from './node.ts'
import type { StatusServer } from './options.ts'

/**
 * A plugin with the routes and the sockets. The base path counts from the root, so it begins with the
 * `prefix` that the plugin is registered with, if there is one. What Fastify itself cannot route, by its method or
 * for its encoding, is answered without the application's hooks: `hostRequest` is then the request of Node. When the application closes, the status
 * server is closed, whose streams would keep it open.
 *
 * @throws TypeError on registration, where the base path does not begin with the prefix.
 */
export function fastifyPlugin(server: StatusServer): FastifyPluginAsync {
  return async (app) => {
    const { prefix } = app
    if (!`${server.basePath}/`.startsWith(`${prefix}/`)) {
      const detail = `the basePath ${server.basePath} of the status server is to begin with it`
      throw new TypeError(`The status server is registered with the prefix ${prefix}: ${detail}.`)
    }
    // Within this plugin only: bodies are left to the status server.
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, _payload, done) => done(null))
    // A type that is none is refused by Fastify before any handler; the request of Node keeps it.
    app.addHook('preParsing', async (request) => {
      const type = request.headers['content-type']
      if (type !== undefined && !/^[\w.+-]+\/[\w.+-]+\s*(?:;|$)/.test(type)) {
        request.headers = { 'content-type': 'application/octet-stream' }
      }
    })
    app.all(`${server.basePath.slice(prefix.length)}/*`, async (request, reply) => {
      reply.hijack()
      // What hooks of the host have set.
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value)
      }
      const handle = nodeHandler(server, {
        target: () => request.originalUrl,
        context: () => ({ remoteAddress: request.ip, hostRequest: request }),
      })
      await handle(request.raw, reply.raw)
    })
    const detach = attachUpgrades(app.server, server)
    const giveBack = answerUnroutable(app.server, server, app.supportedMethods)
    app.addHook('preClose', async () => {
      detach()
      giveBack()
      await server.close()
    })
  }
}
