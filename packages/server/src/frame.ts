import { encode, type ServerMessage, serverMessageSchema } from '@cairn/protocol'

const encoder = new TextEncoder()

/** A message in the forms in which streams carry it; each is made when it is first asked for. */
export interface Frame {
  /** The message as JSON. */
  readonly json: string
  /** The message as a whole text frame of a WebSocket, as a server sends it. */
  socketBytes(): Uint8Array
  /** The message as a Server-Sent Event, with its `seq` as its id. */
  eventBytes(): Uint8Array
}

/** The frame of a message that is JSON already. */
export function createFrame(json: string, seq: number | null): Frame {
  let socketBytes: Uint8Array | null = null
  let eventBytes: Uint8Array | null = null
  return {
    json,
    socketBytes() {
      socketBytes ??= textFrame(json)
      return socketBytes
    },
    eventBytes() {
      eventBytes ??= encoder.encode(`${seq === null ? '' : `id: ${seq}\n`}data: ${json}\n\n`)
      return eventBytes
    },
  }
}

/**
 * A text message in one frame without a mask.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6455#section-5.2
 */
function textFrame(text: string): Buffer {
  const length = Buffer.byteLength(text)
  const headBytes = length < 126 ? 2 : length < 65_536 ? 4 : 10
  const bytes = Buffer.allocUnsafeSlow(headBytes + length)
  bytes[0] = 0x81
  if (headBytes === 2) bytes[1] = length
  else if (headBytes === 4) {
    bytes[1] = 126
    bytes.writeUInt16BE(length, 2)
  } else {
    bytes[1] = 127
    bytes.writeBigUInt64BE(BigInt(length), 2)
  }
  bytes.write(text, headBytes)
  return bytes
}

/** The frame of a message without a status document. */
export function messageFrame(message: Exclude<ServerMessage, { readonly data: unknown }>): Frame {
  const seq = 'seq' in message ? (message.seq ?? null) : null
  return createFrame(JSON.stringify(encode(serverMessageSchema, message)), seq)
}
