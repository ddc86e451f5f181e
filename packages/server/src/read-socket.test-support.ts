/** A client's end of a WebSocket that keeps what it was sent. */
import { once } from 'node:events'
import { WebSocket } from 'ws'

/** A message as it came. */
export interface WireMessage {
  readonly type: string
  readonly task_id?: string
  readonly seq?: number
  readonly message?: string
  readonly timestamp?: string
  readonly supported_commands?: readonly string[]
  readonly data?: Readonly<Record<string, unknown>>
}

/** What a client has of a socket. */
export interface ReadSocket {
  readonly socket: WebSocket
  /** Everything that came, in order. */
  readonly messages: readonly WireMessage[]
  /** Resolves with the first message that fits, also of those that came already. */
  until(fits: (message: WireMessage) => boolean): Promise<WireMessage>
  /** Resolves when the socket is closed. */
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  /** Sends a message. */
  send(message: unknown): void
}

/** Opens a socket and reads it to its end. */
export async function readSocket(
  url: string,
  options: ConstructorParameters<typeof WebSocket>[2] = {},
): Promise<ReadSocket> {
  const socket = new WebSocket(url, options)
  const messages: WireMessage[] = []
  const waiting = new Set<() => void>()
  const closed = new Promise<{ code: number; reason: string }>((resolve) => {
    socket.on('close', (code, reason) => {
      resolve({ code, reason: reason.toString() })
      for (const look of waiting) look()
    })
  })
  socket.on('message', (data) => {
    messages.push(JSON.parse(data.toString()))
    for (const look of waiting) look()
  })
  await once(socket, 'open')
  socket.on('error', () => undefined)
  return {
    socket,
    messages,
    closed,
    send: (message) => socket.send(typeof message === 'string' ? message : JSON.stringify(message)),
    until: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = messages.find(fits)
          if (found) resolve(found)
          else if (socket.readyState === WebSocket.CLOSED)
            reject(new Error('The socket is closed.'))
          else return
          waiting.delete(look)
        }
        waiting.add(look)
        look()
      }),
  }
}
