import type { Storage } from './contracts/storage.ts'
import type { Retention } from './options.ts'
import { pruneClones } from './source/prune-clones.ts'

const msPerDay = 86_400_000
/** Tasks that one call drops, so that what is aborted ends soon. */
const droppedTasks = 50

/** What {@link cleanUp} works on. */
export interface CleanUpOptions {
  readonly storage: Storage
  /** Fingerprint of the embedder in use. */
  readonly fingerprint: string
  readonly cloneDirectory: string
  readonly retention: Required<Retention>
  /** Tasks that ended before go too. @default none */
  readonly endedBefore?: Date
  readonly isCloneInUse: (folder: string) => boolean
  readonly signal: AbortSignal
}

/**
 * Drops what is past the retention: tasks with their events, what was parsed for them, vectors of texts
 * that are gone, clones. Becomes the writer. Gives how many tasks went.
 * @throws StoreError `STORE_LOCKED` while another process writes
 */
export async function cleanUp(options: CleanUpOptions): Promise<number> {
  const { storage, retention, endedBefore, signal } = options
  const { journal } = storage
  await journal.acquireWriter({ signal })
  const oldest = new Date(Date.now() - retention.taskDays * msPerDay)
  let removedTasks = 0
  for (;;) {
    signal.throwIfAborted()
    const removed = await journal.tasks.prune({
      endedBefore: endedBefore && endedBefore > oldest ? endedBefore : oldest,
      perRepository: retention.tasksPerRepository,
      bytes: retention.eventBytes,
      limit: droppedTasks,
    })
    removedTasks += removed
    if (removed < droppedTasks) break
  }
  // With a task its plan goes, and what only that referred to.
  if (removedTasks > 0) await journal.spool.sweep()
  signal.throwIfAborted()
  await journal.cache.prune({
    maxBytes: retention.spareVectorBytes,
    fingerprint: options.fingerprint,
  })
  await pruneClones({
    cloneDirectory: options.cloneDirectory,
    maxBytes: retention.cloneBytes,
    isInUse: options.isCloneInUse,
    signal,
  })
  return removedTasks
}
