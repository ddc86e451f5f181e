/**
 * The status server that any Node backend can mount: REST, WebSocket and Server-Sent Events over an
 * indexer, or over whatever else shows a journal.
 *
 * @packageDocumentation
 */

export { createStatusServer } from './create-status-server.ts'
export type * from './options.ts'
export type {
  EventSink,
  EventSinkListener,
  EventStream,
  WireAnswer,
  WireRequest,
} from './wire-request.ts'
