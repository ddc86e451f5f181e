/** A Hono application with the status of indexing: `node server.js [repository] [port]`. */
import { createStatusServer } from '@cairn/server'
import { attachUpgrades, honoMiddleware } from '@cairn/server/hono'
import { serve } from '@hono/node-server'
import { createIndexer } from 'cairn'
import { Hono } from 'hono'

const [repository = '.', port = '3000'] = process.argv.slice(2)

const indexer = createIndexer()
const status = createStatusServer({ source: indexer })

const app = new Hono()
app.use(honoMiddleware(status))
app.get('/', (context) => context.text('A page of my own'))

const server = serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' }, (info) => {
  console.log(`http://127.0.0.1:${info.port}${status.basePath}/status`)
})
attachUpgrades(server, status)

indexer.index({ path: repository })
