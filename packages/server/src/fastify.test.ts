import Fastify from 'fastify'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { bindingContract, portOf } from './binding-contract.test-support.ts'
import { createStatusServer } from './create-status-server.ts'
import { fastifyPlugin } from './fastify.ts'
import { createWorkbench, type Workbench } from './workbench.test-support.ts'

bindingContract({
  name: 'fastify 5',
  // The parser of Fastify is always there.
  parsers: ['before'],
  async start({ server, prefix }) {
    const app = Fastify()
    app.setErrorHandler((error: { statusCode?: number }, _request, reply) =>
      reply.code(error.statusCode ?? 500).send('handled by the host'),
    )
    await app.register(fastifyPlugin(server), prefix === '' ? {} : { prefix })
    app.get('/own', () => 'own')
    app.get('/broken', () => {
      throw new Error('broken')
    })
    app.post('/echo', (request) => request.body)
    await app.listen({ port: 0, host: '127.0.0.1' })
    return {
      httpServer: app.server,
      async close() {
        app.server.closeAllConnections()
        await app.close()
      },
    }
  },
})

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

test('headers that hooks of the host have set are kept, and closing ends the streams', async () => {
  const server = createStatusServer({ source: bench.indexer })
  await bench.task('running').begin()
  const app = Fastify()
  app.addHook('onRequest', async (_request, reply) => {
    reply.header('x-host', 'yes')
  })
  await app.register(fastifyPlugin(server))
  await app.listen({ port: 0, host: '127.0.0.1' })
  const address = `http://127.0.0.1:${portOf(app.server)}/api/v1/index/status/running/events`
  const response = await fetch(address)
  expect(response.headers.get('x-host')).toBe('yes')
  const [text] = await Promise.all([response.text(), app.close()])
  expect(text).toContain('initial_status')
})

test('a prefix that the base path does not begin with is told at once', async () => {
  const server = createStatusServer({ source: bench.indexer })
  const app = Fastify()
  await expect(app.register(fastifyPlugin(server), { prefix: '/admin' })).rejects.toThrow(
    'registered with the prefix /admin',
  )
})
