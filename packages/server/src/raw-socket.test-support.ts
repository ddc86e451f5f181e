/** A client that writes the bytes of a WebSocket itself, to do what no library does. */
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { Mounted } from './workbench.test-support.ts'

/** Codes of RFC 6455. */
export const opcodes = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** The request that opens a socket. */
export function handshake({ server, port }: Mounted, path: string): string {
  return [
    `GET ${server.basePath}${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    '\r\n',
  ].join('\r\n')
}

/** One masked frame. */
export function clientFrame(
  opcode: number,
  payload: Uint8Array | string = '',
  isLast = true,
): Buffer {
  const data = Buffer.from(payload)
  const mask = randomBytes(4)
  const length =
    data.length < 126
      ? Buffer.from([0x80 | data.length])
      : Buffer.from([0x80 | 126, data.length >> 8, data.length & 0xff])
  const masked = data.map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  return Buffer.concat([Buffer.from([(isLast ? 0x80 : 0) | opcode]), length, mask, masked])
}

/** Opens a socket by hand; what comes is kept, unless the socket is paused. */
export async function rawSocket(
  mounted: Mounted,
  path: string,
): Promise<{ socket: Socket; received: () => Buffer; closed: Promise<void> }> {
  const socket = connect(mounted.port, '127.0.0.1')
  const parts: Buffer[] = []
  socket.on('data', (part) => parts.push(part))
  socket.on('error', () => undefined)
  const closed = once(socket, 'close').then(() => undefined)
  socket.write(handshake(mounted, path))
  while (!Buffer.concat(parts).includes('\r\n\r\n')) await once(socket, 'data')
  return { socket, received: () => Buffer.concat(parts), closed }
}

/** The code with which the server has closed. */
export function closeCode(received: Buffer): number | null {
  // Nothing follows a close, and its reason is shorter than 126 bytes.
  for (let at = received.length - 4; at >= 0; at -= 1) {
    const length = received[at + 1] ?? 0
    if (received[at] === 0x88 && at + 2 + length === received.length)
      return received.readUInt16BE(at + 2)
  }
  return null
}
