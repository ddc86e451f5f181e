// A backend on Bun, whose sockets call functions of the server, that indexes what it is asked for. Prints
// its address; ends with its input.
import { EventEmitter } from 'node:events'
import { createStatusServer } from '@cairn/server'
import { createIndexer } from 'cairn'

const [dataDirectory] = process.argv.slice(2)
const indexer = createIndexer({ dataDirectory })
const status = createStatusServer({
  source: indexer,
  control: true,
  allowedRoots: [process.cwd()],
})

const server = Bun.serve({
  port: 0,
  hostname: '127.0.0.1',
  fetch(request, server) {
    const context = { remoteAddress: server.requestIP(request)?.address }
    const data = { request, context, events: new EventEmitter() }
    if (server.upgrade(request, { data })) return
    return status.fetch(request, context)
  },
  websocket: {
    open(socket) {
      const { request, context, events } = socket.data
      const socketLike = {
        send: (text) => socket.send(text),
        close: (code, reason) => socket.close(code, reason),
        get bufferedAmount() {
          return socket.getBufferedAmount()
        },
        addEventListener: (type, listener) => {
          events.on(type, listener)
        },
      }
      status.connect(socketLike, { ...context, request })
    },
    message: (socket, data) => {
      socket.data.events.emit('message', { data })
    },
    close: (socket) => {
      socket.data.events.emit('close')
    },
  },
})
console.log(`http://127.0.0.1:${server.port}${status.basePath}`)
process.stdin.resume().once('end', async () => {
  await status.close()
  await server.stop(true)
  await indexer.close()
})
