import { type ClientMessage, clientMessageSchema, decode, socketCommands } from '@cairn/protocol'
import { z } from 'zod'

/** The message of a client, or what is wrong with it. `text` is null for a binary message. */
export function parseClientMessage(
  text: string | null,
): ClientMessage | { readonly problem: string } {
  if (text === null) return { problem: 'Messages are JSON as text, not binary.' }
  let wire: unknown
  try {
    wire = JSON.parse(text)
  } catch {
    return { problem: 'The message is not JSON.' }
  }
  try {
    return decode(clientMessageSchema, wire)
  } catch (error) {
    if (!(error instanceof z.core.$ZodError)) throw error
    const isKnown = error.issues.every(({ path }) => path.length > 0 && path[0] !== 'type')
    if (!isKnown) return { problem: `The message is not one of ${socketCommands.join(', ')}.` }
    const wrong = error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`)
    return { problem: `The message is not of the documented shape. ${wrong.join('; ')}.` }
  }
}
