import type { StatusDocument, TaskSummary } from '@cairn/protocol'
import { StatusClientError, unreachable } from './status-client-error.ts'
import { type ConnectionEnd, endOf, type Transport } from './transport.ts'

/** What a reader of many tasks is told. */
export type TasksMessage =
  | {
      readonly kind: 'list'
      readonly tasks: readonly TaskSummary[]
      /** Whether changes are told since before the list was asked for. */
      readonly isSubscribed: boolean
    }
  | { readonly kind: 'status'; readonly status: StatusDocument }

/** What {@link listThenFollow} works with. */
export interface ListThenFollowOptions {
  readonly transport: Transport<StatusDocument>
  readonly list: (signal: AbortSignal) => Promise<readonly TaskSummary[]>
  /** The changes of a new connection begin. */
  readonly onSubscribed: () => void
}

/**
 * Subscribes to the changes, then lists what is there: so that nothing is lost between the two, at the start
 * and after every reconnect. The connection stands when the list has come.
 */
export function listThenFollow(options: ListThenFollowOptions): Transport<TasksMessage> {
  const { transport, list } = options
  const connect: Transport<TasksMessage>['connect'] = (listener) => {
    const controller = new AbortController()
    const { signal } = controller
    let phase: 'connecting' | 'listing' | 'following' = 'connecting'

    const end = (connectionEnd: ConnectionEnd): void => {
      if (signal.aborted) return
      controller.abort()
      connection.close()
      listener.onEnd(connectionEnd)
    }
    const begin = async (): Promise<void> => {
      phase = 'listing'
      options.onSubscribed()
      try {
        const tasks = await list(signal)
        if (signal.aborted) return
        phase = 'following'
        listener.onAlive()
        listener.onMessage({ kind: 'list', tasks, isSubscribed: true })
      } catch (error) {
        end(endOf(StatusClientError.isInstance(error) ? error : unreachable(error)))
      }
    }

    const connection = transport.connect({
      onAccepted: listener.onAccepted,
      onAlive() {
        if (phase === 'connecting') begin()
        if (phase === 'following') listener.onAlive()
        else listener.onAccepted()
      },
      onMessage: (status) => listener.onMessage({ kind: 'status', status }),
      onEnd: end,
    })
    return {
      ...(connection.ping && { ping: connection.ping }),
      close() {
        controller.abort()
        connection.close()
      },
    }
  }
  return { kind: transport.kind, connect }
}
