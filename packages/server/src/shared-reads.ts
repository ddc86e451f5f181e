import type { StatusDocument, StatusSource } from '@cairn/protocol'

interface Reads {
  readonly running: Promise<StatusDocument>
  next: Promise<StatusDocument> | null
}

/**
 * Reads of a task's status that are shared by all who ask at the same time. A read that was begun before
 * somebody asked is not given to them, so that nobody sees less than what had happened when they asked.
 */
export function createSharedReads(
  source: Pick<StatusSource, 'status'>,
): (taskId: string) => Promise<StatusDocument> {
  const byTask = new Map<string, Reads>()

  const start = (taskId: string): Promise<StatusDocument> => {
    const running = source.status(taskId)
    const reads: Reads = { running, next: null }
    byTask.set(taskId, reads)
    const end = (): void => {
      if (byTask.get(taskId) === reads && !reads.next) byTask.delete(taskId)
    }
    running.then(end, end)
    return running
  }

  return (taskId) => {
    const reads = byTask.get(taskId)
    if (!reads) return start(taskId)
    reads.next ??= reads.running.then(
      () => start(taskId),
      () => start(taskId),
    )
    return reads.next
  }
}
