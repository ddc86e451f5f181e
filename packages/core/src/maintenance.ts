import { resolve } from 'node:path'
import { checkCall, checkCleanup, checkText } from './check-options.ts'
import { type CleanUpOptions, cleanUp } from './clean-up.ts'
import type { Embedder } from './contracts/embedder.ts'
import type { Storage } from './contracts/storage.ts'
import { type RepositoryHolder, typedErrors } from './errors.ts'
import type { MemoryGate } from './memory-gate.ts'
import { optimizeStores } from './optimize-stores.ts'
import type { Indexer, Limits, Retention, Source } from './options.ts'
import type { Parser } from './parsing/parser.ts'
import {
  type Reconciliation,
  reconcileReport,
  reconcileRepository,
} from './reconcile-repository.ts'
import { removeRepository } from './remove-repository.ts'
import type { RepositoryQueue } from './repository-queue.ts'
import { cloneFolder } from './source/clone-folder.ts'
import { parseRemoteUrl } from './source/source-url.ts'

const msPerHour = 3_600_000

/** What {@link createMaintenance} looks after, and what it asks the indexer. */
export interface MaintenanceOptions {
  readonly storage: Storage
  readonly embedder: Embedder
  readonly parser: Parser
  readonly limits: Required<Limits>
  readonly memory: MemoryGate
  readonly retention: Required<Retention>
  readonly cloneDirectory: string
  readonly queue: RepositoryQueue
  /** What is being read now. */
  readonly sources: () => readonly Source[]
  /** Whether no run goes. */
  readonly isIdle: () => boolean
  readonly update: Indexer['update']
  /** Aborts a clean-up when the indexer is closed. */
  readonly closing: AbortSignal
  /** @throws CairnError `CLOSED` */
  readonly assertOpen: () => void
}

/** The part of an indexer that looks after what is stored. */
export interface Maintenance
  extends Pick<Indexer, 'remove' | 'reconcile' | 'cleanup' | 'optimize'> {
  /** Drops what is past the retention; gives how many tasks went. */
  clean(call: Pick<CleanUpOptions, 'endedBefore' | 'signal'>): Promise<number>
}

export function createMaintenance(options: MaintenanceOptions): Maintenance {
  const { storage, embedder, parser, limits, memory, retention, assertOpen } = options
  const cloneDirectory = resolve(options.cloneDirectory)
  const clean = (call: Pick<CleanUpOptions, 'endedBefore' | 'signal'>): Promise<number> =>
    typedErrors(call.signal, 'STORE_FAILED', () =>
      cleanUp({
        ...call,
        storage,
        retention,
        fingerprint: embedder.fingerprint,
        cloneDirectory,
        isCloneInUse: (folder) =>
          options
            .sources()
            .some(
              (source) =>
                'url' in source &&
                cloneFolder(cloneDirectory, parseRemoteUrl(source.url)) === folder,
            ),
      }),
    )
  const maintain = async <T>(
    repository: string,
    holder: RepositoryHolder,
    signal: AbortSignal | undefined,
    work: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    assertOpen()
    const entrant = { repository, holder, onBusy: 'reject', signal } as const
    const { result } = options.queue.enter(entrant, async (_, either) => {
      await typedErrors(either, 'STORE_FAILED', () =>
        storage.journal.acquireWriter({ signal: either }),
      )
      return work(either)
    })
    return result()
  }

  return {
    clean,
    async remove(repository, call = {}) {
      checkText('remove', repository)
      checkCall('remove', call)
      return maintain(repository, { kind: 'removal' }, call.signal, (either) =>
        removeRepository(storage, repository, either),
      )
    },
    async reconcile(repository, call = {}) {
      checkText('reconcile', repository)
      checkCall('reconcile', call)
      const { signal, repair = true } = call
      const reconcile = (): Promise<Reconciliation> =>
        maintain(repository, { kind: 'reconciliation' }, signal, (either) =>
          typedErrors(either, 'STORE_FAILED', () =>
            reconcileRepository({
              storage,
              embedder,
              parser,
              limits,
              memory,
              repository,
              repair,
              signal: either,
            }),
          ),
        )
      const first = await reconcile()
      if (!first.needsSource) return reconcileReport(repository, first)
      const run = await options.update(repository, {
        onBusy: 'wait',
        ...(signal ? { signal } : {}),
      })
      await run.finished
      return reconcileReport(repository, first, await reconcile())
    },
    async cleanup(call) {
      assertOpen()
      checkCleanup(call)
      const { olderThanHours } = call
      const timestamp = new Date()
      const endedBefore = new Date(timestamp.getTime() - olderThanHours * msPerHour)
      const removedTasks = await clean({ endedBefore, signal: options.closing })
      return { removedTasks, olderThanHours, timestamp }
    },
    async optimize() {
      assertOpen()
      return optimizeStores(storage, options.isIdle())
    },
  }
}
