import type { ServerMessage } from '@cairn/protocol'
import { eventStreamReader } from './event-stream.ts'
import type { Query, Requests } from './requests.ts'
import { readServerMessage } from './server-messages.ts'
import { StatusClientError, unreachable } from './status-client-error.ts'
import { type ConnectionEnd, endOf, type Transport } from './transport.ts'

/** What {@link eventsTransport} works with. */
export interface EventsOptions<Message> {
  readonly requests: Requests
  readonly path: string
  /** Where to go on, asked for each connection. */
  readonly query: () => Query
  /** What a message of the server is to the reader; null for what it does not mind. */
  readonly toMessage: (message: ServerMessage) => Message | null
}

const mediaType = 'text/event-stream'

/**
 * Updates by Server-Sent Events, read by `fetch`: unlike an `EventSource` it sends headers, says why it was
 * refused, and reconnects when it is told to.
 */
export function eventsTransport<Message>(options: EventsOptions<Message>): Transport<Message> {
  const connect: Transport<Message>['connect'] = (listener) => {
    const controller = new AbortController()
    const { signal } = controller
    let hasReceived = false

    const onData = (data: string): void => {
      if (signal.aborted) return
      const message = readServerMessage(data)
      const own = message && options.toMessage(message)
      if (own !== null) listener.onMessage(own)
    }

    const follow = async (): Promise<ConnectionEnd> => {
      const query = options.query()
      let response: Response
      try {
        response = await options.requests.open(options.path, query, mediaType, signal)
      } catch (error) {
        if (StatusClientError.isInstance(error)) return endOf(error)
        throw error
      }
      if (response.status === 204) return { kind: 'done' }
      const type = response.headers.get('content-type') ?? ''
      if (response.body === null || !type.startsWith(mediaType)) {
        const detail = `Instead of ${mediaType} the server answered ${type || 'nothing'}.`
        const { status } = response
        const error = new StatusClientError('INVALID_ANSWER', detail, { status })
        return { kind: 'unavailable', error }
      }
      if (query.since !== undefined) listener.onAccepted()
      const readPiece = eventStreamReader(onData)
      const reader = response.body.getReader()
      const decoder = new TextDecoder()
      try {
        for (;;) {
          const { done, value } = await reader.read()
          if (done || signal.aborted) return { kind: 'done' }
          hasReceived = true
          listener.onAlive()
          readPiece(decoder.decode(value, { stream: true }))
        }
      } catch (error) {
        const isInvalid = StatusClientError.isInstance(error)
        const kind = isInvalid && !hasReceived ? 'unavailable' : 'lost'
        return { kind, error: isInvalid ? error : unreachable(error) }
      }
    }

    follow()
      .catch((error): ConnectionEnd => ({ kind: 'lost', error: unreachable(error) }))
      .then((end) => {
        if (signal.aborted) return
        controller.abort()
        listener.onEnd(end)
      })
    return { close: () => controller.abort() }
  }
  return { kind: 'events', connect }
}
