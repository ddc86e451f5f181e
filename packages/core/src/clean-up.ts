import type { CleanupAnswer } from '@cairn/protocol'
import type { Journal } from './contracts/journal.ts'
import { typedErrors } from './errors.ts'

const msPerHour = 3_600_000

/**
 * Drops the tasks that ended more than so many hours ago.
 * @throws StoreError `STORE_LOCKED` while another process writes
 */
export function cleanUp(
  journal: Journal,
  { olderThanHours }: { readonly olderThanHours: number },
): Promise<CleanupAnswer> {
  return typedErrors(undefined, 'STORE_FAILED', async () => {
    await journal.acquireWriter()
    const timestamp = new Date()
    const before = new Date(timestamp.getTime() - olderThanHours * msPerHour)
    return { removedTasks: await journal.tasks.prune(before), olderThanHours, timestamp }
  })
}
