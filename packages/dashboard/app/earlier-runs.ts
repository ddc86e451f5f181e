import type { StatusClient } from '@cairn/client'
import type { StatusDocument } from '@cairn/protocol'
import { useEffect, useState } from 'react'

/** Runs that the timeline is overlaid with. */
const shownRuns = 5

/** The newest completed tasks of a repository before this one; none while they are not known. */
export function useEarlierRuns(
  client: StatusClient,
  repository: string | null,
  taskId: string,
): readonly StatusDocument[] {
  const [runs, setRuns] = useState<readonly StatusDocument[]>([])
  useEffect(() => {
    if (repository === null) return
    const controller = new AbortController()
    readRuns(client, repository, taskId, controller.signal).then(
      (found) => setRuns(found),
      // The timeline stands without them; that the server is away is said at the top.
      () => setRuns([]),
    )
    return () => controller.abort()
  }, [client, repository, taskId])
  return runs
}

async function readRuns(
  client: StatusClient,
  repository: string,
  taskId: string,
  signal: AbortSignal,
): Promise<readonly StatusDocument[]> {
  const filter = { repository, status: ['completed' as const], limit: 50 }
  const [{ tasks }, { startedAt }] = await Promise.all([
    client.list(filter, { signal }),
    client.status(taskId, { signal }),
  ])
  const earlier = tasks.filter((task) => task.taskId !== taskId && task.startedAt < startedAt)
  return Promise.all(
    earlier.slice(0, shownRuns).map((task) => client.status(task.taskId, { signal })),
  )
}
