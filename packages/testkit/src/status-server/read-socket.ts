import { WebSocket } from 'ws'

/** What came by a WebSocket until it was closed. */
export interface SocketRecord {
  readonly messages: readonly Readonly<Record<string, unknown>>[]
  readonly code: number
}

/**
 * Reads a WebSocket until it is closed.
 *
 * @param answer called with every message, and with what sends and closes
 */
export function readSocket(
  url: string,
  answer: (message: Readonly<Record<string, unknown>>, socket: WebSocket) => void = () => undefined,
): Promise<SocketRecord> {
  return new Promise((resolve, reject) => {
    const messages: Readonly<Record<string, unknown>>[] = []
    const socket = new WebSocket(url.replace(/^http/, 'ws'))
    socket.on('error', reject)
    socket.on('message', (data) => {
      const message = JSON.parse(String(data))
      messages.push(message)
      answer(message, socket)
    })
    socket.on('close', (code) => resolve({ messages, code }))
  })
}
