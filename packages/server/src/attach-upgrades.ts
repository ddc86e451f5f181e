import { type IncomingMessage, ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import type { RequestContext, StatusServer } from './options.ts'

/** A server that emits `upgrade`: that of `http` or of `https`, or of `http2` with `allowHTTP1`. */
export interface UpgradingServer {
  /** Calls the listeners of an event. */
  emit(event: string, ...parameters: unknown[]): boolean
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
  const { emit } = httpServer
  let isAttached = true
  const intercept: UpgradingServer['emit'] = function (
    this: UpgradingServer,
    event,
    ...parameters
  ) {
    if (event !== 'upgrade' || !isAttached) return emit.call(this, event, ...parameters)
    const [request, socket, head] = parameters as Parameters<UpgradeListener>
    return (
      server.handleUpgrade(request, socket, head, contextOf(request)) ||
      emit.call(this, event, ...parameters)
    )
  }
  httpServer.emit = intercept
  // Node asks for upgrades only where somebody listens. Where nobody else does, it would have gone on with
  // them as with any other request, as it does here.
  const onUpgrade: UpgradeListener = (request, socket) => {
    const [first, ...others] = httpServer.listeners('upgrade')
    if (first !== onUpgrade || !others.every(isOwn)) return
    const response = new ServerResponse(request)
    response.shouldKeepAlive = false
    response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0])
    response.once('finish', () => socket.end())
    httpServer.emit('request', request, response)
  }
  httpServer.on('upgrade', Object.assign(onUpgrade, { [ownListener]: true }))
  return () => {
    if (!isAttached) return
    isAttached = false
    httpServer.off('upgrade', onUpgrade)
    // Somebody who did the same later still calls this one.
    if (httpServer.emit === intercept) httpServer.emit = emit
  }
}

/** Marks the listeners of status servers, of which one HTTP server may have several. */
const ownListener = Symbol.for('cairn.server.upgrade-listener')

function isOwn(listener: unknown): boolean {
  return typeof listener === 'function' && ownListener in listener
}
