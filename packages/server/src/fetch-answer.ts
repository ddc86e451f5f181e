import type {
  EventSink,
  EventSinkListener,
  EventStream,
  WireAnswer,
  WireRequest,
} from './wire-request.ts'
import { isEventStream } from './wire-request.ts'

/** A `Request` as the server sees it. */
export function fetchRequest(request: Request): WireRequest {
  const { origin } = new URL(request.url)
  return {
    method: request.method,
    target: request.url.slice(origin.length),
    origin,
    header: (name) => request.headers.get(name),
    headers: () => request.headers,
    body() {
      if (request.bodyUsed || request.body?.locked) {
        throw new Error('The host has read the body of a request and kept it nowhere.')
      }
      return request.body
    },
  }
}

/** An answer as a `Response`. */
export function fetchResponse(request: Request, answer: WireAnswer): Response {
  const { status, headers, body } = answer
  if (!isEventStream(body)) {
    const isEmpty = request.method === 'HEAD' || body === null
    return new Response(isEmpty ? null : (body as string | Uint8Array<ArrayBuffer>), {
      status,
      headers,
    })
  }
  if (request.method === 'HEAD') {
    body.discard()
    return new Response(null, { status, headers })
  }
  return new Response(readableEvents(body, request.signal), { status, headers })
}

/** Bytes that a stream keeps before it says that its reader is behind; what waits is counted all the same. */
const highWaterMark = 65_536

function readableEvents(events: EventStream, signal: AbortSignal): ReadableStream<Uint8Array> {
  let listener: EventSinkListener | null = null
  let isOpen = true
  const close = (): void => {
    if (!isOpen) return
    isOpen = false
    signal.removeEventListener('abort', onAbort)
    listener?.closed()
  }
  // A reader that has gone is no failure, which runtimes would report.
  let end = (): void => undefined
  const onAbort = (): void => end()
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const sink: EventSink = {
          bufferedBytes: () => highWaterMark - (controller.desiredSize ?? highWaterMark),
          write(bytes) {
            if (isOpen) controller.enqueue(bytes)
          },
          end() {
            if (isOpen) controller.close()
            close()
          },
          destroy() {
            if (isOpen) controller.error(new Error('The stream was cut off.'))
            close()
          },
        }
        end = sink.end
        listener = events.open(sink)
        if (!isOpen) listener.closed()
        else if (signal.aborted) sink.end()
        else signal.addEventListener('abort', onAbort, { once: true })
      },
      pull: () => listener?.drained(),
      cancel: close,
    },
    new ByteLengthQueuingStrategy({ highWaterMark }),
  )
}
