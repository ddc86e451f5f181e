// A backend on Deno, which opens sockets itself, that shows what another process has indexed. Prints its
// address; ends with its input.
import process from 'node:process'
import { createStatusServer } from '@cairn/server'
import { createIndexer } from 'cairn'

const [dataDirectory] = process.argv.slice(2)
const indexer = createIndexer({ dataDirectory })
const status = createStatusServer({ source: indexer })

const server = Deno.serve(
  {
    port: 0,
    hostname: '127.0.0.1',
    onListen: ({ port }) => console.log(`http://127.0.0.1:${port}${status.basePath}`),
  },
  (request, { remoteAddr }) => {
    const context = { remoteAddress: remoteAddr.hostname }
    const isUpgrade = request.headers.get('upgrade')?.toLowerCase() === 'websocket'
    if (!isUpgrade) return status.fetch(request, context)
    // Once it is upgraded, a request of Deno cannot be read any more.
    const head = { method: 'GET', url: request.url, headers: new Headers(request.headers) }
    const { socket, response } = Deno.upgradeWebSocket(request)
    socket.addEventListener('open', () => status.connect(socket, { ...context, request: head }))
    return response
  },
)
process.stdin.resume().once('end', async () => {
  await status.close()
  await server.shutdown()
  await indexer.close()
})
