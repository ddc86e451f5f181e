/** An Express application with the status of indexing: `node server.ts [repository] [port]`. */
import type { AddressInfo } from 'node:net'
import { createStatusServer } from '@cairn/server'
import { attachUpgrades, expressHandler } from '@cairn/server/express'
import { createIndexer } from 'cairn'
import express from 'express'

const [repository = '.', port = '3000'] = process.argv.slice(2)

const indexer = createIndexer()
const status = createStatusServer({ source: indexer })

const app = express()
app.use(express.json())
app.use(expressHandler(status))
app.get('/', (_request, response) => {
  response.send('A page of my own')
})

const server = app.listen(Number(port), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  console.log(`http://127.0.0.1:${port}${status.basePath}/status`)
})
attachUpgrades(server, status)

await indexer.index({ path: repository }).finished
