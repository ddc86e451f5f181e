import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** A TCP proxy that does to its connections what networks do. */
export interface FaultProxy {
  readonly port: number
  /** Connections that were accepted so far. */
  accepted(): number
  /** Connections that are open now. */
  open(): number
  /** Resets every connection. */
  cut(): void
  /** Every connection stays open and carries nothing any more, as behind a cable that was pulled. */
  freeze(): void
  /** Sends the client of every connection what is no message of any kind. */
  garble(): void
  /** Whether new connections are reset. */
  refuse(isRefusing: boolean): void
  /** Resets each new connection when it has carried so many bytes to its client; null: never. */
  cutAfter(bytes: number | null): void
  /** Milliseconds by which everything comes later. */
  delay(ms: number): void
  close(): Promise<void>
}

/** A proxy before a port of this machine. */
export async function createFaultProxy(targetPort: number): Promise<FaultProxy> {
  const pairs = new Set<readonly [client: Socket, server: Socket]>()
  let accepted = 0
  let isRefusing = false
  let cutAfter: number | null = null
  let delayMs = 0

  const server = createServer((client) => {
    accepted += 1
    client.on('error', ignore)
    if (isRefusing) {
      client.resetAndDestroy()
      return
    }
    const upstream = connect(targetPort, '127.0.0.1')
    upstream.on('error', ignore)
    const pair = [client, upstream] as const
    pairs.add(pair)
    let carried = 0
    const limit = cutAfter
    client.on('data', (bytes) => later(() => upstream.write(bytes)))
    upstream.on('data', (bytes) => {
      carried += bytes.length
      if (limit !== null && carried > limit) {
        client.write(bytes.subarray(0, bytes.length - (carried - limit)))
        end(pair)
      } else later(() => client.write(bytes))
    })
    for (const socket of pair) socket.on('close', () => end(pair))
  })
  const later = (then: () => void): void => {
    if (delayMs === 0) then()
    else setTimeout(then, delayMs)
  }
  const end = (pair: readonly [Socket, Socket]): void => {
    pairs.delete(pair)
    for (const socket of pair) socket.destroy()
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  return {
    port: (server.address() as AddressInfo).port,
    accepted: () => accepted,
    open: () => pairs.size,
    cut() {
      for (const pair of pairs) end(pair)
    },
    freeze() {
      for (const [client, upstream] of pairs) {
        for (const socket of [client, upstream]) socket.removeAllListeners('data').resume()
      }
    },
    garble() {
      for (const [client] of pairs)
        client.write(Buffer.from('ff00fe13\n\n{]}data: {]\n\n', 'latin1'))
    },
    refuse(next) {
      isRefusing = next
    },
    cutAfter(bytes) {
      cutAfter = bytes
    },
    delay(ms) {
      delayMs = ms
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const pair of pairs) end(pair)
      }),
  }
}

/** A close follows every error. */
function ignore(): void {}
