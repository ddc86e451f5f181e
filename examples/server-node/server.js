/** The HTTP server of Node, with the status of indexing: `node server.js [repository] [port]`. */
import { createServer } from 'node:http'
import { createStatusServer } from '@cairn/server'
import { attachUpgrades, nodeHandler } from '@cairn/server/node'
import { createIndexer } from 'cairn'

const [repository = '.', port = '3000'] = process.argv.slice(2)

const indexer = createIndexer()
const status = createStatusServer({ source: indexer })
const answerStatus = nodeHandler(status)

const server = createServer((request, response) => {
  answerStatus(request, response, () => {
    if (request.url !== '/') response.statusCode = 404
    response.end(request.url === '/' ? 'A page of my own' : 'Not found')
  })
})
attachUpgrades(server, status)
server.listen(Number(port), '127.0.0.1', () => {
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address())
  console.log(`http://127.0.0.1:${port}${status.basePath}/status`)
})

indexer.index({ path: repository })
