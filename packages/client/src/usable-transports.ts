import { StatusClientError } from './status-client-error.ts'
import type { Transport, TransportKind } from './transport.ts'

const bestFirst: readonly TransportKind[] = ['websocket', 'events', 'polling']

/**
 * The transports that are wanted and can be made, best first.
 * @throws {@link StatusClientError} `INVALID_OPTIONS` where none is left
 */
export function usableTransports<Message>(
  wanted: readonly TransportKind[],
  make: Readonly<Record<TransportKind, () => Transport<Message> | null>>,
): readonly Transport<Message>[] {
  const made = bestFirst
    .filter((kind) => wanted.includes(kind))
    .map((kind) => make[kind]())
    .filter((transport) => transport !== null)
  if (made.length > 0) return made
  const detail = `None of the transports can be had here: ${wanted.join(', ') || 'none was named'}.`
  throw new StatusClientError('INVALID_OPTIONS', detail)
}
