import { expect, test } from 'vitest'
import { CancelledError } from './errors.ts'
import {
  createRepositoryQueue,
  type Entrant,
  type RepositoryQueue,
  type WaitForTurn,
} from './repository-queue.ts'

const removal = { kind: 'removal' } as const
const indexing = (taskId: string) => ({ kind: 'indexing', taskId }) as const

const ignore = (): void => undefined
const of = (members: Partial<Entrant> = {}): Entrant => ({
  repository: 'shop',
  holder: removal,
  onBusy: 'wait',
  ...members,
})

/** Work that goes on until it is told to end, and writes down when it had its turn. */
function openWork(
  queue: RepositoryQueue,
  name: string,
  log: string[],
  members: Partial<Entrant> = {},
) {
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const entrant = of({ holder: indexing(name), ...members })
  const waited: (string | null)[] = []
  const { result, abort } = queue.enter(entrant, async (turn) => {
    await turn((busy) => waited.push(busy))
    log.push(`${name} begins`)
    await ended
    log.push(`${name} ends`)
    return name
  })
  return { finished: result(), end, abort, waited }
}

/** Lets everything that can go on without an event from outside go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('work on one repository is done one after the other, in the order it came', async () => {
  const queue = createRepositoryQueue(2)
  const log: string[] = []
  const works = ['a', 'b', 'c'].map((name) => openWork(queue, name, log))
  for (const { end } of works.toReversed()) end()
  expect(await Promise.all(works.map(({ finished }) => finished))).toEqual(['a', 'b', 'c'])
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('work on another repository does not wait', async () => {
  const queue = createRepositoryQueue(2)
  const log: string[] = []
  const shop = openWork(queue, 'a', log)
  const other = openWork(queue, 'b', log, { repository: 'other' })
  other.end()
  await other.finished
  expect(log).toEqual(['a begins', 'b begins', 'b ends'])
  shop.end()
  await shop.finished
})

test('work that does not wait is refused, naming what holds the repository and not what waits', async () => {
  const queue = createRepositoryQueue(2)
  const log: string[] = []
  const holder = openWork(queue, 'holder', log)
  const waiting = openWork(queue, 'waiting', log)
  const enter = (): unknown => queue.enter(of({ onBusy: 'reject' }), async () => undefined)
  expect(enter).toThrow(
    expect.objectContaining({ code: 'REPOSITORY_BUSY', holder: indexing('holder') }),
  )
  holder.end()
  await holder.finished
  await settle()
  expect(enter).toThrow(expect.objectContaining({ holder: indexing('waiting') }))
  waiting.end()
  await waiting.finished
  await settle()
  expect(enter).not.toThrow()
})

test.each([
  [indexing('t-1'), 't-1', 'Repository "shop" is being indexed by task t-1.'],
  [removal, null, 'Repository "shop" is being removed.'],
  [{ kind: 'reconciliation' } as const, null, 'Repository "shop" is being reconciled.'],
])('%o is told as what it is', (holder, taskId, message) => {
  const queue = createRepositoryQueue(2)
  queue.enter(of({ holder }), async () => undefined)
  expect(() => queue.enter(of({ onBusy: 'reject' }), async () => undefined)).toThrow(
    expect.objectContaining({ holder, taskId, message, recoverable: true }),
  )
})

test('work that fails lets the next one begin', async () => {
  const queue = createRepositoryQueue(2)
  const log: string[] = []
  const failing = queue.enter(of(), () => Promise.reject(new Error('broken')))
  const next = openWork(queue, 'next', log)
  next.end()
  await expect(failing.result()).rejects.toThrow('broken')
  await expect(next.finished).resolves.toBe('next')
})

test('who waits for work that gave up its turn still waits for the work before that', async () => {
  const queue = createRepositoryQueue(2)
  const log: string[] = []
  const holder = openWork(queue, 'holder', log)
  const impatient = queue.enter(of(), async () => 'gone')
  const last = openWork(queue, 'last', log)
  last.end()
  expect(await impatient.result()).toBe('gone')
  await settle()
  expect(log).toEqual(['holder begins'])
  holder.end()
  await last.finished
  expect(log).toEqual(['holder begins', 'holder ends', 'last begins', 'last ends'])
})

test('aborting one work reaches its signal and no other', () => {
  const queue = createRepositoryQueue(2)
  const signals: AbortSignal[] = []
  const works = ['a', 'b'].map((name) =>
    queue.enter(of({ holder: indexing(name) }), async (_, signal) => void signals.push(signal)),
  )
  for (const { result } of works) void result()
  const reason = new CancelledError('Enough.')
  works[1]?.abort(reason)
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
  expect(signals[1]?.reason).toBe(reason)
})

test('aborting all reaches every repository, and resolves when all work has ended', async () => {
  const queue = createRepositoryQueue(2)
  const log: string[] = []
  const untilAborted =
    (name: string) =>
    (turn: WaitForTurn, signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          // Ending takes a while: a child process has to go.
          void turn(ignore)
            .then(settle, settle)
            .then(() => {
              log.push(name)
              resolve()
            })
        })
      })
  for (const [repository, name] of [
    ['shop', 'a'],
    ['shop', 'b'],
    ['other', 'c'],
  ] as const) {
    const { result } = queue.enter(of({ repository, holder: indexing(name) }), untilAborted(name))
    void result()
  }
  await queue.abortAll(new CancelledError())
  expect(log.toSorted()).toEqual(['a', 'b', 'c'])
  await expect(queue.abortAll(new CancelledError())).resolves.toBeUndefined()
})

test('so many runs go at once, and who waits is told for what', async () => {
  const queue = createRepositoryQueue(1)
  const log: string[] = []
  const first = openWork(queue, 'first', log)
  const other = openWork(queue, 'other', log, { repository: 'other' })
  const again = openWork(queue, 'again', log)
  expect([first, other, again].map(({ waited }) => waited)).toEqual([
    [],
    ['Waiting for another run to end: 1 at once is the limit (concurrentRuns).'],
    ['Repository "shop" is being indexed by task first.'],
  ])
  first.end()
  await first.finished
  other.end()
  await other.finished
  expect(other.waited.at(-1)).toBeNull()
  again.end()
  await again.finished
  expect(again.waited.slice(1)).toEqual([
    'Waiting for another run to end: 1 at once is the limit (concurrentRuns).',
    null,
  ])
})

test('of a group so many go at once as it says, and others beside them', async () => {
  const queue = createRepositoryQueue(5)
  const log: string[] = []
  const group = { id: 'request', concurrentRuns: 1 }
  const first = openWork(queue, 'first', log, { group })
  const second = openWork(queue, 'second', log, { repository: 'other', group })
  const stranger = openWork(queue, 'stranger', log, { repository: 'third' })
  stranger.end()
  await stranger.finished
  expect(second.waited).toEqual([
    'Waiting for another run of the same request to end: 1 at once is its limit.',
  ])
  first.end()
  await first.finished
  second.end()
  await second.finished
  expect(log.indexOf('second begins')).toBeGreaterThan(log.indexOf('first ends'))
})

test('a removal needs no room among the runs', async () => {
  const queue = createRepositoryQueue(1)
  const log: string[] = []
  const run = openWork(queue, 'run', log)
  const removing = openWork(queue, 'removing', log, { repository: 'other', holder: removal })
  removing.end()
  await removing.finished
  expect(log).toEqual(['run begins', 'removing begins', 'removing ends'])
  run.end()
  await run.finished
})

test('a higher priority has its turn first', async () => {
  const queue = createRepositoryQueue(1)
  const log: string[] = []
  const works = [
    openWork(queue, 'running', log, { repository: 'r' }),
    openWork(queue, 'low', log, { repository: 'a', priority: 'low' }),
    openWork(queue, 'medium', log, { repository: 'b' }),
    openWork(queue, 'critical', log, { repository: 'c', priority: 'critical' }),
    openWork(queue, 'high', log, { repository: 'a', priority: 'high' }),
  ]
  for (const { end } of works) end()
  await Promise.all(works.map(({ finished }) => finished))
  expect(log.filter((line) => line.endsWith('begins')).map((line) => line.split(' ')[0])).toEqual([
    'running',
    'critical',
    'high',
    'medium',
    'low',
  ])
})

test('many runs of one repository do not keep another waiting', async () => {
  const queue = createRepositoryQueue(1)
  const log: string[] = []
  const works = [
    ...['a1', 'a2', 'a3'].map((name) => openWork(queue, name, log, { repository: 'a' })),
    ...['b1', 'b2'].map((name) => openWork(queue, name, log, { repository: 'b' })),
  ]
  for (const { end } of works) end()
  await Promise.all(works.map(({ finished }) => finished))
  expect(log.filter((line) => line.endsWith('begins')).map((line) => line.split(' ')[0])).toEqual([
    'a1',
    'b1',
    'a2',
    'b2',
    'a3',
  ])
})

/** Lets one work after the other have its turn, and asks for one more whenever one begins. */
async function stream(
  queue: RepositoryQueue,
  log: string[],
  count: number,
  members: (index: number) => Partial<Entrant>,
): Promise<void> {
  const work = (index: number) => openWork(queue, `urgent ${index}`, log, members(index))
  let current = work(0)
  for (let index = 1; index <= count; index++) {
    const next = work(index)
    current.end()
    await current.finished
    current = next
  }
  current.end()
  await current.finished
}

const beganBefore = (log: readonly string[], name: string): number =>
  log.filter((line) => line.endsWith('begins')).indexOf(`${name} begins`)

test.each([
  ['of one repository', () => 'busy'],
  ['each of another repository', (index: number) => `busy ${index}`],
])('a stream of critical work, %s, does not starve what is less urgent', async (_, repository) => {
  const queue = createRepositoryQueue(1)
  const log: string[] = []
  const running = openWork(queue, 'running', log, { repository: 'first' })
  const patient = (['low', 'medium', 'high'] as const).map((priority) =>
    openWork(queue, priority, log, { repository: priority, priority }),
  )
  for (const { end } of patient) end()
  const urgent = stream(queue, log, 40, (index) => ({
    repository: repository(index),
    priority: 'critical',
  }))
  running.end()
  await Promise.all([urgent, running.finished, ...patient.map(({ finished }) => finished)])
  // Eight turns of others for each priority that it rises, and its own and those of the others' besides.
  expect(beganBefore(log, 'high')).toBeGreaterThan(8)
  expect(beganBefore(log, 'high')).toBeLessThan(beganBefore(log, 'medium'))
  expect(beganBefore(log, 'medium')).toBeLessThan(beganBefore(log, 'low'))
  expect(beganBefore(log, 'low')).toBeGreaterThan(24)
  expect(beganBefore(log, 'low')).toBeLessThan(32)
})

test('many requests of one repository that wait for long do not rise above a new one of another', async () => {
  const queue = createRepositoryQueue(1)
  const log: string[] = []
  const running = openWork(queue, 'running', log, { repository: 'first' })
  const many = Array.from({ length: 12 }, (_, index) =>
    openWork(queue, `many ${index}`, log, { repository: 'many', priority: 'low' }),
  )
  for (const { end } of many) end()
  const urgent = stream(queue, log, 30, (index) => ({
    repository: `busy ${index}`,
    priority: 'critical',
  }))
  running.end()
  await urgent
  const other = openWork(queue, 'other', log, { repository: 'other', priority: 'low' })
  other.end()
  await Promise.all([...many, other, running].map(({ finished }) => finished))
  const begun = log.filter((line) => line.endsWith('begins'))
  const last = begun.findLastIndex((line) => line.startsWith('urgent'))
  expect(begun.slice(last).indexOf('other begins')).toBeLessThanOrEqual(2)
})

test('what cannot have a turn, as its repository is busy, is not passed over', async () => {
  const queue = createRepositoryQueue(2)
  const log: string[] = []
  const holder = openWork(queue, 'holder', log, { repository: 'held' })
  const held = openWork(queue, 'held', log, { repository: 'held', priority: 'low' })
  await stream(queue, log, 40, (index) => ({ repository: `busy ${index}`, priority: 'critical' }))
  const running = openWork(queue, 'running', log, { repository: 'running' })
  const medium = openWork(queue, 'medium', log, { repository: 'other' })
  for (const { end } of [held, medium, holder]) end()
  await holder.finished
  running.end()
  await Promise.all([held, medium, running].map(({ finished }) => finished))
  expect(beganBefore(log, 'medium')).toBeLessThan(beganBefore(log, 'held'))
})

test('work that is aborted while it waits gives up its turn at once', async () => {
  const queue = createRepositoryQueue(1)
  const log: string[] = []
  const running = openWork(queue, 'running', log)
  const waiting = openWork(queue, 'waiting', log, { repository: 'other' })
  const controller = new AbortController()
  const outside = openWork(queue, 'outside', log, { signal: controller.signal })
  const reason = new CancelledError('Enough.')
  waiting.abort(reason)
  controller.abort(reason)
  await expect(waiting.finished).rejects.toBe(reason)
  await expect(outside.finished).rejects.toBe(reason)
  running.end()
  await running.finished
  expect(log).toEqual(['running begins', 'running ends'])
})
