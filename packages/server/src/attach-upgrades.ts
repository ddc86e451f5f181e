import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import { type Emitting, interceptEvent } from './intercept-event.ts'
import type { RequestContext, StatusServer } from './options.ts'

/** A server that emits `upgrade`: that of `http` or of `https`, or of `http2` with `allowHTTP1`. */
export interface UpgradingServer extends Emitting {
  /** Adds a listener. */
  on(event: 'upgrade', listener: UpgradeListener): unknown
  /** Takes a listener off. */
  off(event: 'upgrade', listener: UpgradeListener): unknown
  /** The listeners of an event. */
  listeners(event: string): unknown[]
}

/** A listener of `upgrade`. */
export type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void

/**
 * Gives a server's upgrades to a status server, those that are its own; the others go to the host's own
 * listeners, whoever was there first.
 *
 * Every listener of `upgrade` is called for every upgrade, and a WebSocket server without a path of its own
 * takes them all, or refuses what is not on its path. So those that are the status server's are taken before
 * any listener is called.
 *
 * @returns what takes it off again
 */
export function attachUpgrades(
  httpServer: UpgradingServer,
  server: StatusServer,
  contextOf: (request: IncomingMessage) => RequestContext = () => ({}),
): () => void {
  const restore = interceptEvent(
    httpServer,
    'upgrade',
    (...[request, socket, head]: Parameters<UpgradeListener>) => {
      if (server.handleUpgrade(request, socket, head, contextOf(request))) return true
      if (!server.owns(request.url ?? '')) return false
      goOnWithout(httpServer, request, socket, head)
      return true
    },
  )
  // Node asks for upgrades only where somebody listens. Where nobody else does, it would have gone on with
  // them as with any other request, as it does here.
  const onUpgrade: UpgradeListener = (request, socket, head) => {
    const [first, ...others] = httpServer.listeners('upgrade')
    if (first === onUpgrade && others.every(isOwn)) goOnWithout(httpServer, request, socket, head)
  }
  httpServer.on('upgrade', Object.assign(onUpgrade, { [ownListener]: true }))
  return () => {
    restore()
    httpServer.off('upgrade', onUpgrade)
  }
}

/**
 * Gives a request back to the parser of its server, as if it had not asked for an upgrade: with its body, and with
 * what the connection carries after it.
 */
function goOnWithout(
  httpServer: UpgradingServer,
  { method, url, httpVersion, rawHeaders }: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  const lines = [`${method} ${url} HTTP/${httpVersion}`]
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const [name = '', value = ''] = rawHeaders.slice(at, at + 2)
    const kept = name.toLowerCase() === 'connection' ? withoutUpgrade(value) : value
    if (kept !== '' && !isOfUpgrade(name)) lines.push(`${name}: ${kept}`)
  }
  // As it came: Node reads headers byte by byte.
  const request = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1')
  socket.unshift(Buffer.concat([request, head]))
  httpServer.emit(socket instanceof TLSSocket ? 'secureConnection' : 'connection', socket)
}

function isOfUpgrade(header: string): boolean {
  return ['upgrade', 'http2-settings'].includes(header.toLowerCase())
}

function withoutUpgrade(connection: string): string {
  const options = connection.split(',').map((option) => option.trim())
  return options.filter((option) => !isOfUpgrade(option)).join(', ')
}

/** Marks the listeners of status servers, of which one HTTP server may have several. */
const ownListener = Symbol.for('cairn.server.upgrade-listener')

function isOwn(listener: unknown): boolean {
  return typeof listener === 'function' && ownListener in listener
}
