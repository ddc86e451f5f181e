import type { ConnectionState, StatusClient, StatusClientError } from '@cairn/client'
import type { TaskSummary } from '@cairn/protocol'
import { useCallback, useEffect, useState } from 'react'
import { useAgain } from './again.ts'

/** Every task as the server knows it now. */
export interface AllTasks {
  /** Newest first; null before the first list came. */
  readonly tasks: readonly TaskSummary[] | null
  readonly connection: ConnectionState
  readonly error: StatusClientError | null
  /** Lists them anew: some were dropped. */
  readonly relist: () => void
}

const everyTask = { limit: Number.POSITIVE_INFINITY }

/**
 * Follows every task. What is dropped makes no update, so now and then their number is asked for, and where it is
 * smaller than what is shown they are listed anew.
 */
export function useAllTasks(client: StatusClient): AllTasks {
  const [listing, setListing] = useState(0)
  const relist = useCallback(() => setListing((times) => times + 1), [])
  const [state, setState] = useState<Omit<AllTasks, 'relist'>>({
    tasks: null,
    connection: 'connecting',
    error: null,
  })
  useEffect(() => {
    const watch = client.watchAll(everyTask)
    const set = (change: Partial<AllTasks>): void =>
      setState((before) => ({ ...before, ...change }))
    const stops = [
      watch.on('tasks', (tasks) => set({ tasks, error: null })),
      watch.on('state', (connection) => {
        const isBack = connection === 'live' || connection === 'polling'
        set({ connection, ...(isBack ? { error: null } : {}) })
      }),
      watch.on('error', (error) => set({ error })),
    ]
    return () => {
      for (const stop of stops) stop()
      watch.close()
    }
  }, [client, listing])

  const again = useAgain()
  const shown = state.connection === 'live' ? (state.tasks?.length ?? 0) : 0
  useEffect(() => {
    if (again === 0 || shown === 0) return
    const controller = new AbortController()
    client.list({ limit: 1 }, { signal: controller.signal }).then(
      ({ total }) => {
        if (!controller.signal.aborted && total < shown) relist()
      },
      // That the server is away is said at the top.
      () => {},
    )
    return () => controller.abort()
    // Only when it is time, not with every task that is new.
  }, [client, relist, again])
  return { ...state, relist }
}
