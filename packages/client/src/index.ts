/**
 * A typed client of cairn's status server, for browsers, Node, Deno and Bun.
 *
 * @packageDocumentation
 */

export type { Backoff } from './backoff.ts'
export { type CallOptions, createStatusClient, type StatusClient } from './create-status-client.ts'
export type { Unsubscribe } from './emitter.ts'
export type { ConnectionState } from './follow.ts'
export type { StatusClientOptions, WatchTiming } from './options.ts'
export type { RequestHeaders } from './requests.ts'
export type { WebSocketConstructor, WebSocketLike } from './socket-transport.ts'
export {
  StatusClientError,
  type StatusClientErrorCode,
  type StatusClientErrorOptions,
} from './status-client-error.ts'
export type { TaskListFilter } from './task-table.ts'
export type { TransportKind } from './transport.ts'
export type { TaskWatch, TaskWatchEvents, TaskWatchOptions } from './watch-task.ts'
export type {
  TaskListWatch,
  TaskListWatchEvents,
  TaskListWatchOptions,
} from './watch-tasks.ts'
