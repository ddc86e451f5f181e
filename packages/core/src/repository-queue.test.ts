import { expect, test } from 'vitest'
import { CancelledError } from './errors.ts'
import { createRepositoryQueue, type RepositoryQueue } from './repository-queue.ts'

const removal = { kind: 'removal' } as const
const indexing = (taskId: string) => ({ kind: 'indexing', taskId }) as const

/** Work that goes on until it is told to end, and writes down when it had its turn. */
function openWork(queue: RepositoryQueue, name: string, log: string[], repository = 'shop') {
  let end: () => void = () => undefined
  const ended = new Promise<void>((resolve) => {
    end = resolve
  })
  const { result, abort } = queue.enter(repository, indexing(name), 'wait', async (turn) => {
    await turn
    log.push(`${name} begins`)
    await ended
    log.push(`${name} ends`)
    return name
  })
  return { finished: result(), end, abort }
}

/** Lets everything that can go on without an event from outside go on. */
const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

test('work on one repository is done one after the other, in the order it came', async () => {
  const queue = createRepositoryQueue()
  const log: string[] = []
  const works = ['a', 'b', 'c'].map((name) => openWork(queue, name, log))
  for (const { end } of works.toReversed()) end()
  expect(await Promise.all(works.map(({ finished }) => finished))).toEqual(['a', 'b', 'c'])
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends'])
})

test('work on another repository does not wait', async () => {
  const queue = createRepositoryQueue()
  const log: string[] = []
  const shop = openWork(queue, 'a', log)
  const other = openWork(queue, 'b', log, 'other')
  other.end()
  await other.finished
  expect(log).toEqual(['a begins', 'b begins', 'b ends'])
  shop.end()
  await shop.finished
})

test('work that does not wait is refused, naming what holds the repository and not what waits', async () => {
  const queue = createRepositoryQueue()
  const log: string[] = []
  const holder = openWork(queue, 'holder', log)
  const waiting = openWork(queue, 'waiting', log)
  const enter = (): unknown => queue.enter('shop', removal, 'reject', async () => undefined)
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
  const queue = createRepositoryQueue()
  queue.enter('shop', holder, 'reject', async () => undefined)
  expect(() => queue.enter('shop', removal, 'reject', async () => undefined)).toThrow(
    expect.objectContaining({ holder, taskId, message, recoverable: true }),
  )
})

test('work that fails lets the next one begin', async () => {
  const queue = createRepositoryQueue()
  const log: string[] = []
  const failing = queue.enter('shop', removal, 'wait', () => Promise.reject(new Error('broken')))
  const next = openWork(queue, 'next', log)
  next.end()
  await expect(failing.result()).rejects.toThrow('broken')
  await expect(next.finished).resolves.toBe('next')
})

test('who waits for work that gave up its turn still waits for the work before that', async () => {
  const queue = createRepositoryQueue()
  const log: string[] = []
  const holder = openWork(queue, 'holder', log)
  const impatient = queue.enter('shop', removal, 'wait', async () => 'gone')
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
  const queue = createRepositoryQueue()
  const signals: AbortSignal[] = []
  const works = ['a', 'b'].map((name) =>
    queue.enter('shop', indexing(name), 'wait', async (_, signal) => void signals.push(signal)),
  )
  for (const { result } of works) void result()
  const reason = new CancelledError('Enough.')
  works[1]?.abort(reason)
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, true])
  expect(signals[1]?.reason).toBe(reason)
})

test('aborting all reaches every repository, and resolves when all work has ended', async () => {
  const queue = createRepositoryQueue()
  const log: string[] = []
  const untilAborted =
    (name: string) =>
    (turn: Promise<void>, signal: AbortSignal): Promise<void> =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          // Ending takes a while: a child process has to go.
          void turn.then(settle).then(() => {
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
    const { result } = queue.enter(repository, indexing(name), 'wait', untilAborted(name))
    void result()
  }
  await queue.abortAll(new CancelledError())
  expect(log.toSorted()).toEqual(['a', 'b', 'c'])
  await expect(queue.abortAll(new CancelledError())).resolves.toBeUndefined()
})
