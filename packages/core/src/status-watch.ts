import {
  foldStatus,
  type IndexEvent,
  isTerminal,
  type StatusDocument,
  type StatusListener,
  type StatusWatchOptions,
  taskStatuses,
} from '@cairn/protocol'
import { LRUCache } from 'lru-cache'
import type { AbandonedTasks } from './abandoned-tasks.ts'
import type { TaskLog } from './contracts/journal.ts'
import { freeze } from './freeze.ts'
import type { HostGuard } from './host-guard.ts'

/** Tells watchers where tasks are: those of this process as they publish, those of others from the log. */
export interface StatusWatch {
  /** As `Indexer.watch`. */
  watch(listener: StatusListener, options: StatusWatchOptions): () => void
  /** From now until `finished` settles the task is told of by {@link publish}, not from the log. */
  began(taskId: string, finished: Promise<unknown>): void
  /** Tells watchers at once. */
  publish(status: StatusDocument): void
  /**
   * Resolves when all that is stored from now on will reach the watchers there are. Whoever reads a status
   * after it misses nothing in between.
   * @throws StoreError where the log cannot be read
   */
  settled(): Promise<void>
  /** Ends every watch. */
  close(): void
}

interface Watcher {
  readonly listener: StatusListener
  readonly intervalMs: number
  readonly onAvailability: StatusWatchOptions['onAvailability']
  /** Whether it was told that the log cannot be read. */
  isCutOff: boolean
}

/** How far the log has been looked through. */
interface Position {
  cursor: string
  /** Tasks that have not ended, as they were told. */
  readonly known: Map<string, StatusDocument>
}

const pageOfEvents = 200
const pageOfTasks = 500
const mostTold = 1_000
const unfinished = taskStatuses.filter((status) => !isTerminal(status))

/** `log` is read only while somebody watches. */
export function createStatusWatch(options: {
  readonly log: Pick<TaskLog, 'changes' | 'events' | 'tasks'>
  readonly abandoned: AbandonedTasks
  readonly guard: HostGuard
}): StatusWatch {
  const { log, abandoned, guard } = options
  const watchers = new Set<Watcher>()
  /** Tasks of this process with their runs; those without one have ended since the last look. */
  const own = new Map<string, number>()
  /** The last `seq` that was told of the tasks that were told of last. */
  const told = new LRUCache<string, number>({ max: mostTold })
  let position: Position | null = null
  /** Counts the times that watching began, so that what was found for an earlier one is not taken. */
  let watch = 0
  let looking: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let failure: unknown = null

  const tell = (status: StatusDocument): void => {
    if (watchers.size === 0) return
    // A look may meet what this process has published since it began.
    if (status.seq <= (told.get(status.taskId) ?? 0)) return
    told.set(status.taskId, status.seq)
    freeze(status)
    for (const watcher of watchers) {
      guard.call('A listener of watch', () => watcher.listener(status), watcher.listener)
    }
  }

  const tellAvailability = (error: Error | null): void => {
    for (const watcher of watchers) {
      const { onAvailability } = watcher
      const isCutOff = error !== null
      if (watcher.isCutOff === isCutOff) continue
      watcher.isCutOff = isCutOff
      if (onAvailability) {
        guard.call('onAvailability', () => onAvailability(error), onAvailability)
      }
    }
  }

  /** Where the log ends, and every task that may still change. */
  const findPosition = async (): Promise<Position> => {
    const { cursor } = await log.changes({ limit: 1 })
    const known: Position['known'] = new Map()
    for (let next: string | null | undefined; next !== null; ) {
      const filter = { status: unfinished, limit: pageOfTasks }
      const page = await log.tasks(next === undefined ? filter : { ...filter, cursor: next })
      for (const status of page.tasks) known.set(status.taskId, status)
      next = page.nextCursor
    }
    return { cursor, known }
  }

  /** The status before an event; null where the log has no longer what led there. */
  const statusBefore = async (
    event: IndexEvent,
    known: StatusDocument | null,
  ): Promise<StatusDocument | null> => {
    let status = known
    for (;;) {
      const after = status?.seq ?? 0
      if (after >= event.seq - 1) return status
      const events = await log.events(event.taskId, { after, limit: pageOfEvents })
      if (events[0]?.seq !== after + 1) return null
      for (const earlier of events) {
        if (earlier.seq < event.seq) status = foldStatus(status, earlier)
      }
    }
  }

  /** Tells what a page of events makes of their tasks: every change that is no mere progress, and the last. */
  const tellPage = async (events: readonly IndexEvent[], { known }: Position): Promise<void> => {
    const passed = new Map<string, StatusDocument>()
    for (const event of events) {
      const { taskId } = event
      const seen = known.get(taskId) ?? null
      if (seen && event.seq <= seen.seq) continue
      const before = await statusBefore(event, seen)
      if (before === null && event.type !== 'run.queued') continue
      const status = foldStatus(before, event)
      known.set(taskId, status)
      passed.set(taskId, status)
      if (mayBeLeftOut(event)) continue
      tell(status)
      passed.delete(taskId)
    }
    for (const status of passed.values()) tell(status)
  }

  const look = async (): Promise<void> => {
    if (position === null) {
      const asked = watch
      const found = await findPosition()
      if (watch === asked) position = found
      return
    }
    const current = position
    // What it ends comes with the changes.
    await abandoned.end(current.known.values())
    if (position !== current) return
    const ended = [...own].flatMap(([taskId, runs]) => (runs === 0 ? taskId : []))
    for (let hasMore = true; hasMore; ) {
      const page = await log.changes({
        after: current.cursor,
        besides: [...own.keys()],
        limit: pageOfEvents,
      })
      if (position !== current) return
      await tellPage(page.events, current)
      if (position !== current) return
      for (const { taskId } of page.events) {
        const status = current.known.get(taskId)
        if (status && isTerminal(status.status)) current.known.delete(taskId)
      }
      current.cursor = page.cursor
      hasMore = page.hasMore
    }
    for (const taskId of ended) if (own.get(taskId) === 0) own.delete(taskId)
  }

  const lookNow = (): Promise<void> => {
    const attempt = async (): Promise<void> => {
      try {
        await look()
        failure = null
        tellAvailability(null)
      } catch (error) {
        failure = error
        tellAvailability(error instanceof Error ? error : new Error(String(error)))
      } finally {
        looking = null
        if (watchers.size > 0 && position === null && failure === null) void lookNow()
        else arm()
      }
    }
    looking ??= attempt()
    return looking
  }

  const arm = (): void => {
    if (timer) clearTimeout(timer)
    timer = null
    if (watchers.size === 0 || looking) return
    const intervalMs = Math.min(...[...watchers].map((watcher) => watcher.intervalMs))
    timer = setTimeout(() => void lookNow(), intervalMs)
    timer.unref()
  }

  const stop = (): void => {
    position = null
    watch += 1
    failure = null
    told.clear()
    arm()
    for (const [taskId, runs] of own) if (runs === 0) own.delete(taskId)
  }

  return {
    watch(listener, { intervalMs = 250, onAvailability }) {
      const watcher: Watcher = { listener, intervalMs, onAvailability, isCutOff: false }
      watchers.add(watcher)
      if (position === null) void lookNow()
      else arm()
      return () => {
        if (watchers.delete(watcher) && watchers.size === 0) stop()
      }
    },
    began(taskId, finished) {
      own.set(taskId, (own.get(taskId) ?? 0) + 1)
      const ended = (): void => {
        const runs = (own.get(taskId) ?? 1) - 1
        if (runs === 0 && watchers.size === 0) own.delete(taskId)
        else own.set(taskId, runs)
      }
      finished.then(ended, ended)
    },
    publish: tell,
    async settled() {
      while (watchers.size > 0 && position === null) {
        await lookNow()
        if (failure !== null) throw failure
      }
    },
    close() {
      watchers.clear()
      stop()
    },
  }
}

/** Whether the next status of the task says as much. */
function mayBeLeftOut({ type }: IndexEvent): boolean {
  switch (type) {
    case 'stage.progressed':
    case 'embedding.progressed':
    case 'file.settled':
    case 'error.recorded':
    case 'warning.recorded':
      return true
    default:
      return false
  }
}
