/** A request, whatever it came by. */
export interface WireRequest {
  readonly method: string
  /** Path and query, as they were sent. */
  readonly target: string
  /** The origin that was asked, for example `http://localhost:3000`; as far as it can be told. */
  readonly origin: string
  /** A header by its name in lower case. */
  header(name: string): string | null
  /** All headers. */
  headers(): Headers
  /** The body, which is read at most once; null where there is none. */
  body(): AsyncIterable<Uint8Array> | null
}

/** Where the bytes of an event stream go. */
export interface EventSink {
  /** Bytes that were written and have not left yet. */
  bufferedBytes(): number
  /** Writes whole messages. */
  write(bytes: Uint8Array): void
  /** Ends after what was written. */
  end(): void
  /** Ends at once; what was not sent is lost. */
  destroy(): void
}

/** What an event stream is told by who carries it. */
export interface EventSinkListener {
  /** Some of what was written has left. */
  drained(): void
  /** The reader is gone. */
  closed(): void
}

/** A body that is written as things happen. */
export interface EventStream {
  /** Starts to write into a sink; called once, or {@link EventStream.discard} is. */
  open(sink: EventSink): EventSinkListener
  /** Lets go of a stream that cannot be sent, because its reader is gone already. */
  discard(): void
}

/** An answer, whatever it goes by. */
export interface WireAnswer {
  readonly status: number
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | Uint8Array | EventStream | null
}

/** Whether a body is written as things happen. */
export function isEventStream(body: WireAnswer['body']): body is EventStream {
  return typeof body === 'object' && body !== null && 'open' in body
}
