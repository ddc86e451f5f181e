// A backend that indexes what it is asked for, and embeds when somebody follows. Prints its address; ends
// with its input.
import { createServer } from 'node:http'
import { staticEmbedder } from '@cairn/embedder-static'
import { createStatusServer } from '@cairn/server'
import { attachUpgrades, nodeHandler } from '@cairn/server/node'
import { createIndexer } from 'cairn'

const [dataDirectory] = process.argv.slice(2)
let follow
const followed = new Promise((resolve) => {
  follow = resolve
})
const embedder = staticEmbedder()
const indexer = createIndexer({
  dataDirectory,
  embedder: {
    ...embedder,
    async embedDocuments(...call) {
      await followed
      return embedder.embedDocuments(...call)
    },
  },
})
const status = createStatusServer({
  source: indexer,
  control: true,
  allowedRoots: [process.cwd()],
  authorize({ url }) {
    if (/\/(?:stream|events)$/.test(url)) follow()
    return { kind: 'allow' }
  },
})
const server = createServer(nodeHandler(status))
attachUpgrades(server, status)
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${server.address().port}${status.basePath}`)
})
process.stdin.resume().once('end', async () => {
  await status.close()
  server.close()
  server.closeAllConnections()
  await indexer.close()
  await embedder.close?.()
})
