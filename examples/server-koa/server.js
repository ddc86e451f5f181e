/** A Koa application with the status of indexing: `node server.js [repository] [port]`. */
import { createStatusServer } from '@cairn/server'
import { attachUpgrades, koaMiddleware } from '@cairn/server/koa'
import { createIndexer } from 'cairn'
import Koa from 'koa'

const [repository = '.', port = '3000'] = process.argv.slice(2)

const indexer = createIndexer()
const status = createStatusServer({ source: indexer })

const app = new Koa()
app.use(koaMiddleware(status))
app.use((context) => {
  if (context.path === '/') context.body = 'A page of my own'
})

const server = app.listen(Number(port), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://127.0.0.1:${port}${status.basePath}/status`)
})
attachUpgrades(server, status)

indexer.index({ path: repository })
