import type { ServerMessage } from '@cairn/protocol'
import { fromWire, serverMessageShape } from '@cairn/protocol/wire'
import { invalidAnswer } from './status-client-error.ts'

/**
 * A message of the server; null for one of a type that only a newer server knows.
 * @throws {@link StatusClientError} `INVALID_ANSWER`
 */
export function readServerMessage(text: string): ServerMessage | null {
  try {
    const wire: unknown = JSON.parse(text)
    if (isOfUnknownType(wire)) return null
    return fromWire(serverMessageShape, wire, 'message') as ServerMessage
  } catch (error) {
    throw invalidAnswer(error)
  }
}

function isOfUnknownType(wire: unknown): boolean {
  const type = (wire as { type?: unknown } | null)?.type
  return typeof type === 'string' && !Object.hasOwn(serverMessageShape.options, type)
}
