/** A proxy that takes a prefix off, for requests and upgrades, as `location /outer/ { proxy_pass …/; }` does. */
import { createServer, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'

/** A proxy that listens. */
export interface StrippingProxy {
  readonly port: number
  /** Where requests go. */
  target: number
  close(): Promise<void>
}

/** `scheme` is that of the target; the proxy itself is asked by `http`. */
export async function startStrippingProxy(
  prefix: string,
  scheme: 'http' | 'https' = 'http',
): Promise<StrippingProxy> {
  const proxy = { target: 0 }
  const ask = scheme === 'http' ? httpRequest : httpsRequest
  const open = (port: number): Socket => {
    const address = { port, host: '127.0.0.1' }
    return scheme === 'http' ? connect(address) : connectTls(address)
  }
  const strip = ({ url = '/' }: IncomingMessage): string => url.slice(prefix.length)
  const server = createServer((request, response) => {
    const { method, headers } = request
    const onward = ask(
      { host: '127.0.0.1', port: proxy.target, method, headers, path: strip(request) },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        response.flushHeaders()
        answer.pipe(response)
      },
    )
    onward.on('error', () => response.destroy())
    response.on('close', () => onward.destroy())
    request.pipe(onward)
  })
  server.on('upgrade', (request: IncomingMessage, client: Socket, head: Buffer) => {
    const host = open(proxy.target)
    const lines = [`${request.method} ${strip(request)} HTTP/1.1`]
    for (let at = 0; at < request.rawHeaders.length; at += 2) {
      lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`)
    }
    host.write(`${lines.join('\r\n')}\r\n\r\n`)
    host.write(head)
    host.pipe(client).pipe(host)
    host.on('error', () => client.destroy())
    client.on('error', () => host.destroy())
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    get target() {
      return proxy.target
    },
    set target(port) {
      proxy.target = port
    },
    port: (server.address() as AddressInfo).port,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => {
        server.close(() => resolve())
      })
    },
  }
}
