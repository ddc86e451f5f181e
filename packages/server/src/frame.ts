import { encode, type ServerMessage, serverMessageSchema } from '@cairn/protocol'

const encoder = new TextEncoder()

/** A message in the forms in which streams carry it; each is made when it is first asked for. */
export interface Frame {
  /** The message as JSON. */
  readonly json: string
  /** The message as JSON in UTF-8, for a WebSocket. */
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
      socketBytes ??= encoder.encode(json)
      return socketBytes
    },
    eventBytes() {
      eventBytes ??= encoder.encode(`${seq === null ? '' : `id: ${seq}\n`}data: ${json}\n\n`)
      return eventBytes
    },
  }
}

/** The frame of a message without a status document. */
export function messageFrame(message: Exclude<ServerMessage, { readonly data: unknown }>): Frame {
  const seq = 'seq' in message ? (message.seq ?? null) : null
  return createFrame(JSON.stringify(encode(serverMessageSchema, message)), seq)
}
