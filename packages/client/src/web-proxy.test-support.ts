import { request as ask, type IncomingMessage, type RequestListener } from 'node:http'
import { connect } from 'node:net'
import type { Duplex } from 'node:stream'

/** What a web proxy does to what it carries; it may change its mind. */
export interface WebProxyRules {
  refusesUpgrades: boolean
  /** Whether what comes of an event stream is kept until it is whole. */
  buffersEvents: boolean
}

/** Carries requests to a port of this machine. */
export function forwardRequests(port: number, rules: WebProxyRules): RequestListener {
  return (incoming, outgoing) => {
    const { method = 'GET', url = '/', headers } = incoming
    const upstream = ask({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      const isEvents = answer.headers['content-type']?.startsWith('text/event-stream')
      if (!isEvents || !rules.buffersEvents) {
        outgoing.flushHeaders()
        answer.pipe(outgoing)
        return
      }
      outgoing.flushHeaders()
      const kept: Buffer[] = []
      answer.on('data', (bytes) => kept.push(bytes))
      answer.on('end', () => outgoing.end(Buffer.concat(kept)))
    })
    upstream.on('error', () => outgoing.destroy())
    outgoing.on('close', () => upstream.destroy())
    incoming.pipe(upstream)
  }
}

/** Carries upgrades to a port of this machine, or refuses them. */
export function forwardUpgrades(port: number, rules: WebProxyRules) {
  return (request: IncomingMessage, client: Duplex): void => {
    client.on('error', () => client.destroy())
    if (rules.refusesUpgrades) {
      client.end('HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
      return
    }
    const upstream = connect(port, '127.0.0.1')
    const lines = [`${request.method} ${request.url} HTTP/1.1`]
    for (let at = 0; at < request.rawHeaders.length; at += 2) {
      lines.push(`${request.rawHeaders[at]}: ${request.rawHeaders[at + 1]}`)
    }
    upstream.write(`${lines.join('\r\n')}\r\n\r\n`)
    upstream.on('error', () => client.destroy())
    upstream.on('close', () => client.destroy())
    client.on('close', () => upstream.destroy())
    client.pipe(upstream).pipe(client)
  }
}
