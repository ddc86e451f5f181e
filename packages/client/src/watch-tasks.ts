import type { ServerMessage, StatusDocument, TaskList, TaskSummary } from '@cairn/protocol'
import { createEmitter, type Unsubscribe } from './emitter.ts'
import type { ConnectionState } from './follow.ts'
import { createLatestValues } from './latest-values.ts'
import { listThenFollow, type TasksMessage } from './list-then-follow.ts'
import type { WatchTiming } from './options.ts'
import { pollingTransport } from './polling-transport.ts'
import type { Requests } from './requests.ts'
import { socketTransport, type WebSocketConstructor } from './socket-transport.ts'
import type { StatusClientError } from './status-client-error.ts'
import { createTaskTable, type TaskListFilter } from './task-table.ts'
import type { Transport, TransportKind } from './transport.ts'
import { createWatchConnection } from './watch-connection.ts'

/** Options of {@link StatusClient.watchAll}. */
export interface TaskListWatchOptions extends WatchTiming {
  /** Ends the watch; readers then get its reason. */
  readonly signal?: AbortSignal
}

/** What a {@link TaskListWatch} tells. */
export interface TaskListWatchEvents {
  /** The tasks after a change. */
  tasks: readonly TaskSummary[]
  /** The whole document of a task that changed. */
  status: StatusDocument
  /** How the watch is connected. */
  state: ConnectionState
  /** A connection was lost, and is tried again; or the server refused, and the state is `ended`. */
  error: StatusClientError
}

/**
 * Follows many tasks over one connection, until it is closed. Read it in a loop, which gets the newest list
 * each time; leaving the loop closes the watch. Or listen, and close it yourself.
 */
export interface TaskListWatch extends AsyncIterable<readonly TaskSummary[]> {
  /** The tasks that the filter matches, newest first; null before the first list came. */
  readonly tasks: readonly TaskSummary[] | null
  /** How the watch is connected. */
  readonly state: ConnectionState
  /** By which way updates come; null while none does. There are no events of many tasks. */
  readonly transport: TransportKind | null
  /** Calls the listener from now on, until the function that it returns is called. */
  on<Name extends keyof TaskListWatchEvents>(
    name: Name,
    listener: (value: TaskListWatchEvents[Name]) => void,
  ): Unsubscribe
  /** Closes every connection. Readers end, and nothing is called after it but `state` with `ended`. */
  close(): void
}

/** What {@link watchTasks} works with. */
export interface TaskListWatchParts {
  readonly filter: TaskListFilter
  readonly requests: Requests
  readonly WebSocket: WebSocketConstructor | null
  readonly timing: Required<WatchTiming>
  readonly signal: AbortSignal | undefined
  /** Called once, when the watch is closed. */
  readonly onClosed: () => void
}

/** Entries that a server gives in one answer, at most. */
const pageLimit = 1_000

/** Follows many tasks over one connection. */
export function watchTasks(parts: TaskListWatchParts): TaskListWatch {
  const { filter, requests, timing, signal } = parts
  const emitter = createEmitter<TaskListWatchEvents>()
  const lists = createLatestValues<readonly TaskSummary[]>()
  const table = createTaskTable(filter)

  const onMessage = (message: TasksMessage): void => {
    if (message.kind === 'list') {
      const isFirst = table.tasks() === null
      table.replace(message.tasks, message.isSubscribed)
      if (isFirst) connection.arrived()
    } else {
      if (!table.update(message.status)) return
      emitter.emit('status', message.status)
    }
    const tasks = table.tasks()
    if (tasks === null || connection.state === 'ended') return
    lists.push(tasks)
    emitter.emit('tasks', tasks)
  }

  const list = async (aborted: AbortSignal): Promise<readonly TaskSummary[]> => {
    const tasks: TaskSummary[] = []
    const { limit, ...query } = { limit: pageLimit, ...filter }
    let cursor: string | null | undefined
    while (cursor !== null && tasks.length < limit) {
      const size = Math.min(limit - tasks.length, pageLimit)
      const page = (await requests.call('taskList', {
        query: { ...query, limit: size, cursor },
        signal: aborted,
      })) as TaskList
      tasks.push(...page.tasks)
      cursor = page.nextCursor
    }
    return tasks
  }

  const transports: Record<TransportKind, () => Transport<TasksMessage> | null> = {
    websocket: () =>
      parts.WebSocket &&
      listThenFollow({
        list,
        onSubscribed: () => table.forgetUpdates(),
        transport: socketTransport({
          WebSocket: parts.WebSocket,
          url: () => requests.urlOf('/live-status'),
          commands: ['subscribe_all'],
          toMessage: (message: ServerMessage) => ('data' in message ? message.data : null),
        }),
      }),
    events: () => null,
    polling: () =>
      pollingTransport({
        intervalMs: timing.pollIntervalMs,
        poll: async (aborted) => {
          return { kind: 'list', isSubscribed: false, tasks: await list(aborted) } as const
        },
      }),
  }
  const connection = createWatchConnection({
    timing,
    signal,
    transports,
    hasValue: () => table.tasks() !== null,
    onMessage,
    onDone: () => {},
    onState(state) {
      emitter.emit('state', state)
      if (state === 'ended') emitter.clear()
    },
    onError: (error) => emitter.emit('error', error),
    onEnd(error) {
      lists.end(error)
      parts.onClosed()
    },
  })
  connection.begin()
  const close = (): void => connection.end(undefined)

  return {
    get tasks() {
      return table.tasks()
    },
    get state() {
      return connection.state
    },
    get transport() {
      return connection.transport
    },
    on: emitter.on,
    close,
    [Symbol.asyncIterator]: () => lists.read(table.tasks(), close),
  }
}
