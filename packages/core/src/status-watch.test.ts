import { foldStatus, type IndexEvent, isTerminal, type StatusDocument } from '@cairn/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { TaskLog } from './contracts/journal.ts'
import { StoreError } from './errors.ts'
import { createHostGuard } from './host-guard.ts'
import { createStatusWatch, type StatusWatch } from './status-watch.ts'

type Body<E> = E extends IndexEvent ? Omit<E, 'taskId' | 'runId' | 'seq' | 'at'> : never

const queued: Body<IndexEvent> = {
  type: 'run.queued',
  repository: 'shop',
  source: { kind: 'local', path: '/shop', ref: null },
}
const started: Body<IndexEvent> = { type: 'run.started' }
const cancelled: Body<IndexEvent> = { type: 'run.cancelled', reason: null }
const settled: Body<IndexEvent> = {
  type: 'file.settled',
  path: 'a.ts',
  outcome: 'indexed',
  language: null,
  sizeBytes: null,
  chunks: 1,
  reason: null,
  detail: null,
  error: null,
}

/** A log in memory that can be held up and be out of reach. */
function openLog() {
  const events: IndexEvent[] = []
  let reach: () => Promise<void> = async () => undefined
  const of = (taskId: string): IndexEvent[] => events.filter((event) => event.taskId === taskId)
  const status = (taskId: string): StatusDocument | null =>
    of(taskId).reduce<StatusDocument | null>(foldStatus, null)
  const log: Pick<TaskLog, 'changes' | 'events' | 'tasks'> = {
    async changes({ after, besides = [], limit }) {
      await reach()
      const newest = String(events.length)
      if (after === undefined) return { events: [], cursor: newest, hasMore: false }
      const rest = [...events.entries()].slice(Number(after))
      const page = rest.filter(([, { taskId }]) => !besides.includes(taskId)).slice(0, limit)
      const hasMore = page.length === limit
      const cursor = hasMore ? String((page.at(-1)?.[0] ?? 0) + 1) : newest
      return { events: page.map(([, event]) => event), cursor, hasMore }
    },
    async events(taskId, { after = 0, limit }) {
      await reach()
      return of(taskId).slice(after, after + limit)
    },
    async tasks() {
      await reach()
      const statuses = [...new Set(events.map(({ taskId }) => taskId))].flatMap(
        (taskId) => status(taskId) ?? [],
      )
      const tasks = statuses.filter((each) => !isTerminal(each.status))
      return { tasks, total: tasks.length, nextCursor: null }
    },
  }
  return {
    log,
    status,
    store(taskId: string, ...bodies: Body<IndexEvent>[]): void {
      for (const body of bodies) {
        const seq = of(taskId).length + 1
        events.push({ ...body, taskId, runId: `${taskId}-run`, seq, at: new Date() } as IndexEvent)
      }
    },
    reach(next: () => Promise<void>): void {
      reach = next
    },
  }
}

const intervalMs = 100
let watching: StatusWatch | undefined

function open() {
  const place = openLog()
  const failures: unknown[] = []
  const guard = createHostGuard((_, error) => failures.push(error))
  const made = createStatusWatch({
    log: place.log,
    abandoned: { end: async () => false },
    guard,
  })
  watching = made
  return { ...place, failures, watching: made }
}

const seqs = (told: readonly StatusDocument[]): string[] =>
  told.map(({ taskId, seq }) => `${taskId} ${seq}`)
const look = (): Promise<unknown> => vi.advanceTimersByTimeAsync(intervalMs)

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  watching?.close()
  vi.useRealTimers()
})

test('events of others are told from now on, mere progress only where it is the last', async () => {
  const { store, watching, status } = open()
  store('old', queued, started, cancelled)
  store('under', queued, started)
  const told: StatusDocument[] = []
  watching.watch((each) => told.push(each), { intervalMs })
  await watching.settled()
  store('under', settled, settled, cancelled)
  store('new', queued, settled, started, settled, settled)
  await look()
  expect(seqs(told)).toEqual(['under 5', 'new 1', 'new 3', 'new 5'])
  expect(told.at(-1)).toEqual(status('new'))
  await look()
  expect(told).toHaveLength(4)
})

test('a task that had ended before and goes on is told as the whole of its log says', async () => {
  const { store, watching, status } = open()
  store('old', queued, started, ...Array.from({ length: 500 }, () => settled), cancelled)
  const told: StatusDocument[] = []
  watching.watch((each) => told.push(each), { intervalMs })
  await watching.settled()
  store('old', { ...settled, path: 'late.ts' })
  await look()
  expect(told).toEqual([status('old')])
})

test('more events than a look takes at once are all told', async () => {
  const { store, watching } = open()
  const told: StatusDocument[] = []
  watching.watch((each) => told.push(each), { intervalMs })
  await watching.settled()
  for (let task = 0; task < 150; task++) store(`t${task}`, queued, started, cancelled)
  await look()
  expect(told).toHaveLength(450)
})

test('a task of this process is told when it publishes, and not again from the log', async () => {
  const { store, watching, status } = open()
  const told: StatusDocument[] = []
  watching.watch((each) => told.push(each), { intervalMs })
  let end: () => void = () => undefined
  watching.began('own', new Promise<void>((resolve) => (end = resolve)))
  store('own', queued, started)
  const current = status('own')
  if (current) watching.publish(current)
  expect(seqs(told)).toEqual(['own 2'])
  await look()
  store('own', cancelled)
  end()
  await look()
  await look()
  expect(seqs(told)).toEqual(['own 2'])
  store('own', { ...settled, path: 'from another process.ts' })
  await look()
  expect(seqs(told)).toEqual(['own 2', 'own 4'])
})

test('what a status that was read after the watch began does not say is told', async () => {
  const { store, watching, reach, status } = open()
  store('under', queued)
  let goOn: () => void = () => undefined
  const gate = new Promise<void>((resolve) => (goOn = resolve))
  reach(() => gate)
  const told: StatusDocument[] = []
  watching.watch((each) => told.push(each), { intervalMs })
  let snapshot: StatusDocument | null = null
  const read = watching.settled().then(() => {
    snapshot = status('under')
  })
  await look()
  expect(snapshot).toBeNull()
  goOn()
  await read
  store('under', cancelled)
  await look()
  expect(seqs([...(snapshot ? [snapshot] : []), ...told])).toEqual(['under 1', 'under 2'])
})

test('a log that is out of reach is told once, and what happened meanwhile when it is back', async () => {
  const { store, watching, reach } = open()
  const told: StatusDocument[] = []
  const available: (string | null)[] = []
  const onAvailability = (error: Error | null): unknown => available.push(error?.message ?? null)
  watching.watch((each) => told.push(each), { intervalMs, onAvailability })
  await watching.settled()
  reach(() => Promise.reject(new StoreError('STORE_CORRUPT', 'Gone.')))
  store('new', queued, started)
  for (let time = 0; time < 3; time++) await look()
  expect(available).toEqual(['Gone.'])
  reach(async () => undefined)
  await look()
  expect(available).toEqual(['Gone.', null])
  expect(seqs(told)).toEqual(['new 1', 'new 2'])
})

test('a status that is asked for while the log cannot be read is refused with the reason', async () => {
  const { watching, reach } = open()
  reach(() => Promise.reject(new StoreError('STORE_CORRUPT', 'Gone.')))
  watching.watch(() => undefined, { intervalMs })
  await expect(watching.settled()).rejects.toThrow('Gone.')
  reach(async () => undefined)
  await expect(watching.settled()).resolves.toBeUndefined()
})

test('one that stopped hears nothing more, and nothing is left of the last', async () => {
  const { store, watching } = open()
  const [first, second] = [vi.fn(), vi.fn()]
  const stopFirst = watching.watch(first, { intervalMs: 10 * intervalMs })
  const stopSecond = watching.watch(
    (status) => {
      second(status)
      stopSecond()
      stopFirst()
    },
    { intervalMs },
  )
  await watching.settled()
  store('new', queued, started, cancelled)
  await look()
  expect(second).toHaveBeenCalledTimes(1)
  expect(first).toHaveBeenCalledTimes(1)
  expect(vi.getTimerCount()).toBe(0)
})

test('who watches again hears of nothing that came in between', async () => {
  const { store, watching } = open()
  watching.watch(() => undefined, { intervalMs })()
  store('between', queued, cancelled)
  const told: StatusDocument[] = []
  watching.watch((each) => told.push(each), { intervalMs })
  await watching.settled()
  await look()
  expect(told).toEqual([])
})

test('a listener that fails does not keep the others from hearing', async () => {
  const { store, watching, failures } = open()
  watching.watch(
    () => {
      throw new Error('my listener')
    },
    { intervalMs },
  )
  const told: StatusDocument[] = []
  watching.watch((each) => told.push(each), { intervalMs })
  await watching.settled()
  store('new', queued, started)
  await look()
  expect(seqs(told)).toEqual(['new 1', 'new 2'])
  expect(failures).toMatchObject([{ message: 'my listener' }])
  expect(() => Object.assign(told[0] ?? {}, { seq: 9 })).toThrow(TypeError)
})
