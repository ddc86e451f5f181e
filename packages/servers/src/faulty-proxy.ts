import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'

/** What a network does to the connections through it; to those that are open as well as to new ones. */
export type NetworkFault =
  /** Nobody listens: connections that are open are reset, new ones refused. */
  | { readonly kind: 'down' }
  /** Somebody listens, and resets every connection that is there or comes. */
  | { readonly kind: 'refuse' }
  /** Connections stay open and carry nothing either way, as where a cable was pulled. */
  | { readonly kind: 'half-open' }
  /** Requests arrive, answers do not, and connections stay open: the server has done what was asked. */
  | { readonly kind: 'swallow' }
  /** Requests arrive, and the connection is reset in the place of the answer. */
  | { readonly kind: 'lose-answer' }
  /** Of each piece of an answer the first half comes, and the connection is reset. */
  | { readonly kind: 'half-answer' }
  /** Instead of an answer comes what is no message of any protocol. */
  | { readonly kind: 'garbage' }
  /** Everything comes later by so many milliseconds. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** Answers come so many bytes at a time, a millisecond apart. */
  | { readonly kind: 'drip'; readonly bytes: number }

/** A TCP proxy before a server that does to its connections what networks do. */
export interface FaultyProxy {
  readonly port: number
  /** Bytes that were carried so far, both ways. */
  carried(): number
  /** Connections that are open now. */
  open(): number
  /** From now on this happens; null: nothing. Resolves when it is so. */
  become(fault: NetworkFault | null): Promise<void>
  /** Resets every connection that is open; new ones are served as before. */
  cut(): void
  /** Calls `then`, once, before the byte of this number is carried, counted from now; null: never. */
  at(bytes: number | null, then: () => void): void
  close(): Promise<void>
}

interface Pair {
  readonly client: Socket
  readonly server: Socket
  /** Something that the server said is gone, and with it the meaning of what comes after. */
  isDeaf: boolean
  /** The same of what the client said. */
  isMute: boolean
}

const rubbish = Buffer.from('ff00fe13d1c70a0a7b5d7d00ff', 'hex')

/** A proxy on a port of its own before a port of this machine. */
export async function createFaultyProxy(targetPort: number): Promise<FaultyProxy> {
  const pairs = new Set<Pair>()
  const timers = new Set<NodeJS.Timeout>()
  let fault: NetworkFault | null = null
  let carried = 0
  let alarm: { readonly bytes: number; readonly then: () => void } | null = null

  const reset = ({ client, server }: Pair): void => {
    client.resetAndDestroy()
    server.resetAndDestroy()
  }
  const cut = (): void => {
    for (const pair of pairs) reset(pair)
  }
  const later = (ms: number, then: () => void): void => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      then()
    }, ms)
    timers.add(timer)
  }

  const count = (bytes: Buffer): void => {
    carried += bytes.length
    if (alarm === null || carried <= alarm.bytes) return
    const { then } = alarm
    alarm = null
    then()
  }

  /** Bytes in order, each piece when it is due; a socket is paused while it is ahead. */
  const carry = (from: Socket, to: Socket, bytes: Buffer, pieceBytes: number, ms: number): void => {
    if (ms === 0) {
      if (to.write(bytes)) return
      from.pause()
      to.once('drain', () => from.resume())
      return
    }
    from.pause()
    later(ms, () => {
      to.write(bytes.subarray(0, pieceBytes))
      if (bytes.length > pieceBytes) {
        carry(from, to, bytes.subarray(pieceBytes), pieceBytes, ms)
      } else from.resume()
    })
  }

  const toServer = (pair: Pair, bytes: Buffer): void => {
    count(bytes)
    const { client, server } = pair
    if (client.destroyed || pair.isMute) return
    if (fault?.kind === 'half-open') pair.isMute = true
    else carry(client, server, bytes, bytes.length, fault?.kind === 'delay' ? fault.ms : 0)
  }

  const toClient = (pair: Pair, bytes: Buffer): void => {
    count(bytes)
    const { client, server } = pair
    if (client.destroyed || pair.isDeaf) return
    switch (fault?.kind) {
      case 'half-open':
      case 'swallow':
        pair.isDeaf = true
        return
      case 'lose-answer':
        reset(pair)
        return
      case 'half-answer':
        pair.isDeaf = true
        client.write(bytes.subarray(0, bytes.length >> 1), () => reset(pair))
        return
      case 'garbage':
        pair.isDeaf = true
        client.write(rubbish)
        return
      case 'delay':
        carry(server, client, bytes, bytes.length, fault.ms)
        return
      case 'drip':
        carry(server, client, bytes, fault.bytes, 1)
        return
      default:
        carry(server, client, bytes, bytes.length, 0)
    }
  }

  const accept = (client: Socket): void => {
    client.on('error', ignore)
    if (fault?.kind === 'refuse') {
      client.resetAndDestroy()
      return
    }
    const server = connect({ port: targetPort, host: '127.0.0.1', allowHalfOpen: true })
    server.on('error', ignore)
    const pair = { client, server, isDeaf: false, isMute: false }
    pairs.add(pair)
    client.on('data', (bytes) => toServer(pair, bytes))
    client.on('end', () => server.end())
    client.on('close', () => {
      pairs.delete(pair)
      server.destroy()
    })
    server.on('data', (bytes) => toClient(pair, bytes))
    // Who hears nothing does not hear of the end either.
    server.on('end', () => {
      if (!pair.isDeaf) client.end()
    })
    server.on('close', () => {
      if (!pair.isDeaf) client.destroySoon()
    })
  }

  const listener = createServer({ allowHalfOpen: true }, accept)
  const port = await listen(listener, 0)

  const become = async (next: NetworkFault | null): Promise<void> => {
    fault = next
    if (next?.kind === 'down' || next?.kind === 'refuse') cut()
    const isDown = next?.kind === 'down'
    if (isDown && listener.listening) {
      const closed = once(listener, 'close')
      listener.close()
      await closed
    } else if (!isDown && !listener.listening) await listen(listener, port)
  }

  return {
    port,
    carried: () => carried,
    open: () => pairs.size,
    become,
    cut,
    at(bytes, then) {
      alarm = bytes === null ? null : { bytes: carried + bytes, then }
    },
    async close() {
      alarm = null
      for (const timer of timers) clearTimeout(timer)
      await become({ kind: 'down' })
    },
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** A close follows every error. */
function ignore(): void {}
