import { once } from 'node:events'
import { createSecureServer } from 'node:http2'
import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { generate } from 'selfsigned'
import { Agent, getGlobalDispatcher, setGlobalDispatcher } from 'undici'
import { afterAll, beforeAll, describe, expect } from 'vitest'
import { bindingContract, type Host, listen } from './binding-contract.test-support.ts'
import { attachUpgrades } from './node.ts'
import { nodeProgram } from './node-program.test-support.ts'

const certificate = await generate([{ name: 'commonName', value: '127.0.0.1' }], {
  keyType: 'ec',
  algorithm: 'sha256',
  extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
})
const credentials = { key: certificate.private, cert: certificate.cert }
// For `fetch` and `ws` alike.
setDefaultCACertificates([...getCACertificates('default'), certificate.cert])

bindingContract({
  name: 'node:https',
  scheme: 'https',
  parsers: ['nowhere'],
  async start({ server }) {
    const httpServer = createServer(credentials, nodeProgram(server))
    attachUpgrades(httpServer, server)
    return listen(httpServer)
  },
})

describe('over HTTP/2', () => {
  const before = getGlobalDispatcher()
  const agent = new Agent({ allowH2: true })
  let sessions = 0
  beforeAll(() => setGlobalDispatcher(agent))
  afterAll(async () => {
    expect(sessions).toBeGreaterThan(0)
    setGlobalDispatcher(before)
    await agent.destroy()
  })

  bindingContract({
    name: 'node:http2, with WebSockets over HTTP/1.1',
    scheme: 'https',
    parsers: ['nowhere'],
    async start({ server }) {
      const program = nodeProgram(server)
      const httpServer = createSecureServer({ ...credentials, allowHTTP1: true }, program)
      httpServer.on('session', () => {
        sessions += 1
      })
      attachUpgrades(httpServer, server)
      return listenToSessions(httpServer)
    },
  })
})

/** A server of HTTP/2 has no `closeAllConnections`. */
async function listenToSessions(httpServer: ReturnType<typeof createSecureServer>): Promise<Host> {
  const sockets = new Set<Socket>()
  httpServer.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  httpServer.listen(0, '127.0.0.1')
  await once(httpServer, 'listening')
  return {
    httpServer,
    async close() {
      const closed = once(httpServer, 'close')
      httpServer.close()
      for (const socket of sockets) socket.destroy()
      await closed
    },
  }
}
