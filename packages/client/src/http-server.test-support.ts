import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** A server on a free port of this machine. */
export interface LocalServer {
  readonly origin: string
  readonly server: Server
  /** Requests that are being answered now, and upgraded connections that are open. */
  busy(): number
  /** Counts a connection that was upgraded. */
  upgraded(socket: Duplex): void
  /** Ends it and every connection of it. */
  close(): Promise<void>
}

/** Listens for HTTP on a free port. */
export async function listen(handler: RequestListener): Promise<LocalServer> {
  let busy = 0
  const count = (stream: Duplex | ServerResponse): void => {
    busy += 1
    stream.once('close', () => {
      busy -= 1
    })
  }
  const server = createServer((request, response) => {
    count(response)
    handler(request, response)
  })
  const sockets = new Set<Socket>()
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    server,
    busy: () => busy,
    upgraded: count,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        for (const socket of sockets) socket.destroy()
      }),
  }
}
