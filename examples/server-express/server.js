/** An Express application with the status of indexing: `node server.js [repository] [port]`. */
import { createStatusServer } from '@cairn/server'
import { attachUpgrades, expressHandler } from '@cairn/server/express'
import { createIndexer } from 'cairn'
import express from 'express'

const [repository = '.', port = '3000'] = process.argv.slice(2)

const indexer = createIndexer()
const status = createStatusServer({ source: indexer })

const app = express()
// Before the body parser, which would answer a body that is not JSON with a stack trace in HTML.
app.use(expressHandler(status))
app.use(express.json())
app.get('/', (_request, response) => {
  response.send('A page of my own')
})

const server = app.listen(Number(port), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://127.0.0.1:${port}${status.basePath}/status`)
})
attachUpgrades(server, status)

indexer.index({ path: repository })
