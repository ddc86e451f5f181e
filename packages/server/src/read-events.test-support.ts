/** A client's end of a stream of Server-Sent Events. */
import type { WireMessage } from './read-socket.test-support.ts'

/** An event as it came. */
export interface WireEvent {
  readonly id: string | null
  readonly data: WireMessage
}

/** What a client has of a stream. */
export interface ReadEvents {
  readonly response: Response
  readonly events: readonly WireEvent[]
  /** Resolves with the first event that fits, also of those that came already. */
  until(fits: (event: WireEvent) => boolean): Promise<WireEvent>
  /** Resolves when the server has ended the stream, rejects where it was cut off. */
  readonly ended: Promise<void>
  /** Goes away. */
  abort(): void
}

/** Opens a stream and reads it to its end. */
export async function readEvents(
  url: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<ReadEvents> {
  const controller = new AbortController()
  const response = await fetch(url, { headers, signal: controller.signal })
  const events: WireEvent[] = []
  const waiting = new Set<() => void>()
  let isOver = false
  const read = async (): Promise<void> => {
    const decoder = new TextDecoder()
    let rest = ''
    try {
      for await (const part of response.body ?? []) {
        const blocks = (rest + decoder.decode(part, { stream: true })).split('\n\n')
        rest = blocks.pop() ?? ''
        events.push(...blocks.filter((block) => block !== ':').map(parseEvent))
        for (const look of waiting) look()
      }
    } finally {
      isOver = true
      for (const look of waiting) look()
    }
  }
  const ended = read()
  ended.catch(() => undefined)
  return {
    response,
    events,
    ended,
    abort: () => controller.abort(),
    until: (fits) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = events.find(fits)
          if (found) resolve(found)
          else if (isOver) reject(new Error('The stream is over.'))
          else return
          waiting.delete(look)
        }
        waiting.add(look)
        look()
      }),
  }
}

function parseEvent(block: string): WireEvent {
  const [, id = null, data = ''] = /^(?:id: (\d+)\n)?data: (.*)$/.exec(block) ?? []
  return { id, data: JSON.parse(data) }
}
