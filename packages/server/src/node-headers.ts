import type { IncomingMessage } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'

type NodeRequest = IncomingMessage | Http2ServerRequest

/** A header by its name in lower case; values of one that comes more than once are joined. */
export function nodeHeader({ headers }: NodeRequest, name: string): string | null {
  const value = headers[name]
  if (value === undefined) return null
  return typeof value === 'string' ? value : value.join(', ')
}

/** All headers, without the `:path` and its like of HTTP/2. */
export function nodeHeaders({ headers }: NodeRequest): Headers {
  const all = new Headers()
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(':') || value === undefined) continue
    for (const each of typeof value === 'string' ? [value] : value) all.append(name, each)
  }
  return all
}

/** Whether a request asks for a WebSocket, and not for another protocol, as HTTP/2 or one of TLS. */
export function asksForWebSocket(request: NodeRequest): boolean {
  const protocols = nodeHeader(request, 'upgrade')?.split(',') ?? []
  return protocols.some((protocol) => protocol.trim().toLowerCase() === 'websocket')
}

/** The origin that a request names as its host. */
export function nodeOrigin(request: NodeRequest): string {
  const host = nodeHeader(request, ':authority') ?? nodeHeader(request, 'host') ?? 'localhost'
  const isEncrypted = 'encrypted' in request.socket && request.socket.encrypted === true
  return `${isEncrypted ? 'https' : 'http'}://${host}`
}
