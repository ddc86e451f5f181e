/**
 * React hooks over a client: the status of a task, and the list of tasks, as they are now.
 *
 * @packageDocumentation
 */

import type { StatusDocument, TaskStatus, TaskSummary } from '@cairn/protocol'
import { useMemo, useSyncExternalStore } from 'react'
import type { StatusClient } from './create-status-client.ts'
import type { ConnectionState } from './follow.ts'
import { sharedWatch } from './shared-watch.ts'
import type { StatusClientError } from './status-client-error.ts'
import type { TaskListFilter } from './task-table.ts'

/** What {@link useIndexStatus} gives. */
export interface IndexStatus {
  /** The newest document; null before the first came. */
  readonly status: StatusDocument | null
  /** How the page is connected. */
  readonly connection: ConnectionState
  /** Why updates do not come; null while they do. */
  readonly error: StatusClientError | null
}

/** What {@link useIndexTasks} gives. */
export interface IndexTasks {
  /** Newest first; null before the first list came. */
  readonly tasks: readonly TaskSummary[] | null
  /** How the page is connected. */
  readonly connection: ConnectionState
  /** Why updates do not come; null while they do. */
  readonly error: StatusClientError | null
}

const connecting = { connection: 'connecting', error: null } as const
const noStatus: IndexStatus = { status: null, ...connecting }
const noTasks: IndexTasks = { tasks: null, ...connecting }

/**
 * Where a task is, kept up to date until it ends. Components that show the same task share one connection,
 * which is closed when the last of them has gone.
 *
 * @param taskId null: no task, and no connection
 */
export function useIndexStatus(client: StatusClient, taskId: string | null): IndexStatus {
  const { subscribe, snapshot } = useMemo(
    () =>
      sharedWatch<IndexStatus>({
        client,
        key: JSON.stringify(['status', taskId]),
        initial: noStatus,
        start(set) {
          if (taskId === null) return () => {}
          const watch = client.watch(taskId)
          watch.on('status', (status) => set({ status, error: null }))
          watch.on('state', (connection) => set({ connection, ...clearedBy(connection) }))
          watch.on('error', (error) => set({ error }))
          return () => watch.close()
        },
      }),
    [client, taskId],
  )
  return useSyncExternalStore(subscribe, snapshot, () => noStatus)
}

/**
 * The tasks that a filter matches, kept up to date. Components with the same filter share one connection, which
 * is closed when the last of them has gone.
 */
export function useIndexTasks(client: StatusClient, filter: TaskListFilter = {}): IndexTasks {
  // A filter that is written in the component is another object each time.
  const { status, repository, limit } = filter
  const statuses = status?.join(',')
  const { subscribe, snapshot } = useMemo(() => {
    const own: TaskListFilter = {
      ...(statuses !== undefined && { status: statuses.split(',') as TaskStatus[] }),
      ...(repository !== undefined && { repository }),
      ...(limit !== undefined && { limit }),
    }
    return sharedWatch<IndexTasks>({
      client,
      key: JSON.stringify(['tasks', statuses, repository, String(limit)]),
      initial: noTasks,
      start(set) {
        const watch = client.watchAll(own)
        watch.on('tasks', (tasks) => set({ tasks, error: null }))
        watch.on('state', (connection) => set({ connection, ...clearedBy(connection) }))
        watch.on('error', (error) => set({ error }))
        return () => watch.close()
      },
    })
  }, [client, statuses, repository, limit])
  return useSyncExternalStore(subscribe, snapshot, () => noTasks)
}

function clearedBy(connection: ConnectionState): { error?: null } {
  return connection === 'live' || connection === 'polling' ? { error: null } : {}
}
