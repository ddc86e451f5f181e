import type { ServerMessage, StatusDocument } from '@cairn/protocol'
import { isTerminal, wireRoutes } from '@cairn/protocol/wire'
import { createEmitter, type Unsubscribe } from './emitter.ts'
import { eventsTransport } from './events-transport.ts'
import type { ConnectionState } from './follow.ts'
import { createLatestValues } from './latest-values.ts'
import type { WatchTiming } from './options.ts'
import { pollingTransport } from './polling-transport.ts'
import { pathOf, type Query, type Requests } from './requests.ts'
import { socketTransport, type WebSocketConstructor } from './socket-transport.ts'
import { StatusClientError } from './status-client-error.ts'
import type { Transport, TransportKind } from './transport.ts'
import { createWatchConnection } from './watch-connection.ts'

/** Options of {@link StatusClient.watch}. */
export interface TaskWatchOptions extends WatchTiming {
  /** Ends the watch; readers then get its reason. */
  readonly signal?: AbortSignal
  /** What is known of the task already: only what is newer comes. */
  readonly from?: StatusDocument | null
}

/** What a {@link TaskWatch} tells. */
export interface TaskWatchEvents {
  /** The task's document after a change; `seq` grows from one to the next. */
  status: StatusDocument
  /** How the watch is connected. */
  state: ConnectionState
  /** A connection was lost, and is tried again; or the server refused, and the state is `ended`. */
  error: StatusClientError
}

/**
 * Follows one task until it ends. Read it in a loop, which gets the newest document each time; leaving the
 * loop closes the watch. Or listen, and close it yourself.
 */
export interface TaskWatch extends AsyncIterable<StatusDocument> {
  /** The task. */
  readonly taskId: string
  /** The newest document; null before the first came. */
  readonly status: StatusDocument | null
  /** How the watch is connected. */
  readonly state: ConnectionState
  /** By which way updates come; null while none does. */
  readonly transport: TransportKind | null
  /**
   * The document with which the task ended. Rejects with a {@link StatusClientError} where the server refused,
   * or with the code `CLOSED` where the watch was closed before; with the signal's reason where it was aborted.
   */
  readonly finished: Promise<StatusDocument>
  /** Calls the listener from now on, until the function that it returns is called. */
  on<Name extends keyof TaskWatchEvents>(
    name: Name,
    listener: (value: TaskWatchEvents[Name]) => void,
  ): Unsubscribe
  /** Closes every connection. Readers end, and nothing is called after it but `state` with `ended`. */
  close(): void
}

/** What {@link watchTask} works with. */
export interface TaskWatchParts {
  readonly taskId: string
  readonly requests: Requests
  readonly WebSocket: WebSocketConstructor | null
  readonly timing: Required<WatchTiming>
  readonly signal: AbortSignal | undefined
  readonly from: StatusDocument | null
  /** Called once, when the watch is closed. */
  readonly onClosed: () => void
}

/** Follows one task until it ends. */
export function watchTask(parts: TaskWatchParts): TaskWatch {
  const { taskId, requests, timing, signal } = parts
  const emitter = createEmitter<TaskWatchEvents>()
  const documents = createLatestValues<StatusDocument>()
  let status = parts.from
  /** Where the server shall go on; null to be told afresh. */
  let resumeFrom = parts.from
  let settle: { resolve(status: StatusDocument): void; reject(error: unknown): void } | null = null

  const finished = new Promise<StatusDocument>((resolve, reject) => {
    settle = { resolve, reject }
  })
  // Who does not wait for it is not to die of it.
  finished.catch(() => {})

  const accept = (next: StatusDocument): void => {
    const isSameLog = status?.epoch === next.epoch
    if (status !== null && !isSameLog) connection.dropAttempt()
    const isNews = status === null || !isSameLog || next.seq > status.seq
    if (isNews) {
      status = next
      connection.arrived()
      documents.push(next)
      emitter.emit('status', next)
    }
    resumeFrom = status
    if (isNews || next.seq === status?.seq) if (isTerminal(next.status)) connection.end(undefined)
  }

  const toStatus = (message: ServerMessage): StatusDocument | null => {
    return 'data' in message ? message.data : null
  }
  const cursor = (): Query => {
    // A document that was folded without a log has no epoch, and nothing to go on from.
    if (resumeFrom === null || resumeFrom.epoch === '') return {}
    return { since: resumeFrom.seq, epoch: resumeFrom.epoch }
  }
  const path = pathOf(wireRoutes.task.path, taskId)
  const transports: Record<TransportKind, () => Transport<StatusDocument> | null> = {
    websocket: () =>
      parts.WebSocket &&
      socketTransport({
        WebSocket: parts.WebSocket,
        url: () => requests.urlOf(`${path}/stream`, cursor()),
        commands: [],
        toMessage: toStatus,
      }),
    events: () =>
      eventsTransport({ requests, path: `${path}/events`, query: cursor, toMessage: toStatus }),
    polling: () =>
      pollingTransport({
        intervalMs: timing.pollIntervalMs,
        poll: async (aborted) => {
          const answer = await requests.call('task', { name: taskId, signal: aborted })
          return answer as StatusDocument
        },
      }),
  }
  let closed: StatusClientError | null = null
  const connection = createWatchConnection({
    timing,
    signal,
    transports,
    hasValue: () => status !== null,
    onMessage: accept,
    onDone() {
      if (status !== null && isTerminal(status.status)) connection.end(undefined)
      // It has no more for who has seen what we have, which is not the end: so ask afresh.
      resumeFrom = null
    },
    onState(state) {
      emitter.emit('state', state)
      if (state === 'ended') emitter.clear()
    },
    onError: (error) => emitter.emit('error', error),
    onEnd(error) {
      if (error === undefined && status !== null) settle?.resolve(status)
      else settle?.reject(error)
      // To close a watch is no failure for who reads it.
      documents.end(error === closed ? undefined : error)
      parts.onClosed()
    },
  })
  connection.begin()
  const close = (): void => {
    const detail = `The watch of task ${taskId} was closed before it had seen the end.`
    closed ??= new StatusClientError('CLOSED', detail)
    connection.end(closed)
  }

  return {
    taskId,
    finished,
    get status() {
      return status
    },
    get state() {
      return connection.state
    },
    get transport() {
      return connection.transport
    },
    on: emitter.on,
    close,
    [Symbol.asyncIterator]: () => documents.read(status, close),
  }
}
