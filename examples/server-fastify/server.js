/** A Fastify application with the status of indexing: `node server.js [repository] [port]`. */
import { createStatusServer } from '@cairn/server'
import { fastifyPlugin } from '@cairn/server/fastify'
import { createIndexer } from 'cairn'
import Fastify from 'fastify'

const [repository = '.', port = '3000'] = process.argv.slice(2)

const indexer = createIndexer()
const status = createStatusServer({ source: indexer })

const app = Fastify()
await app.register(fastifyPlugin(status))
app.get('/', () => 'A page of my own')

const address = await app.listen({ port: Number(port), host: '127.0.0.1' })
console.log(`${address}${status.basePath}/status`)

indexer.index({ path: repository })
