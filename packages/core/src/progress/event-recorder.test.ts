import type { IndexEvent, NewIndexEvent, StatusDocument } from '@cairn/protocol'
import { expect, test } from 'vitest'
import { StoreError } from '../errors.ts'
import { createEventRecorder, type EventRecorder } from './event-recorder.ts'

const of = { taskId: 'task', runId: 'run', at: new Date(0) } as const
const queued: NewIndexEvent = {
  ...of,
  type: 'run.queued',
  repository: 'shop',
  source: { kind: 'local', path: '/shop', ref: null },
}
const started: NewIndexEvent = { ...of, type: 'run.started' }
const warning = (message: string): NewIndexEvent => ({
  ...of,
  type: 'warning.recorded',
  code: 'PARSE_FAILED',
  message,
  path: null,
  stage: 'parsing',
})

/** A log that keeps what it gets in memory; `onAppend` goes before each transaction. */
function openLog(onAppend: () => Promise<void> = async () => undefined) {
  const transactions: IndexEvent[][] = []
  let seq = 0
  return {
    transactions,
    log: {
      async append(events: readonly NewIndexEvent[]): Promise<IndexEvent[]> {
        await onAppend()
        const stored = events.map((event): IndexEvent => ({ ...event, seq: ++seq }))
        transactions.push(stored)
        return stored
      },
    },
  }
}

function open(onAppend?: () => Promise<void>): {
  recorder: EventRecorder
  transactions: IndexEvent[][]
  delivered: { event: IndexEvent; status: StatusDocument }[]
} {
  const { log, transactions } = openLog(onAppend)
  const delivered: { event: IndexEvent; status: StatusDocument }[] = []
  const recorder = createEventRecorder({
    log,
    deliver: (event, status) => delivered.push({ event, status }),
  })
  return { recorder, transactions, delivered }
}

/** A gate that holds a transaction up until it is opened. */
function gate(): { passed: () => Promise<void>; open: () => void } {
  let open: () => void = () => undefined
  const opened = new Promise<void>((resolve) => {
    open = resolve
  })
  return { passed: () => opened, open }
}

test('events of one turn are stored in one transaction and delivered in order', async () => {
  const { recorder, transactions, delivered } = open()
  for (const event of [queued, started, warning('a')]) recorder.record(event)
  expect(recorder.status()).toBeNull()
  await recorder.drained()
  expect(transactions).toHaveLength(1)
  expect(delivered.map(({ event }) => [event.seq, event.type])).toEqual([
    [1, 'run.queued'],
    [2, 'run.started'],
    [3, 'warning.recorded'],
  ])
  expect(delivered.map(({ status }) => status.seq)).toEqual([1, 2, 3])
  expect(recorder.status()).toBe(delivered[2]?.status)
})

test('what is recorded while a transaction runs waits for it and goes into the next', async () => {
  const { passed, open: openGate } = gate()
  const { recorder, transactions, delivered } = open(passed)
  recorder.record(queued)
  await Promise.resolve()
  recorder.record(started)
  recorder.record(warning('a'))
  expect(delivered).toEqual([])
  openGate()
  await recorder.drained()
  expect(transactions.map((events) => events.map(({ type }) => type))).toEqual([
    ['run.queued'],
    ['run.started', 'warning.recorded'],
  ])
})

test('a delivered event cannot be changed', async () => {
  const { recorder, delivered } = open()
  recorder.record(queued)
  await recorder.drained()
  expect(() => Object.assign(delivered[0]?.event ?? {}, { seq: 9 })).toThrow(TypeError)
})

test('drained waits until few enough events are left', async () => {
  const { passed, open: openGate } = gate()
  const { recorder } = open(passed)
  recorder.record(queued)
  await Promise.resolve()
  recorder.record(started)
  await recorder.drained(2)
  let isDrained = false
  const drained = recorder.drained(1).then(() => {
    isDrained = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(isDrained).toBe(false)
  openGate()
  await drained
  expect(recorder.status()?.seq).toBe(2)
})

test('with nothing to store it is drained at once', async () => {
  const { recorder, transactions } = open()
  await recorder.drained()
  expect(transactions).toEqual([])
})

test('a log that fails fails every later drained, and nothing more is stored', async () => {
  let calls = 0
  const failure = new StoreError('STORE_FULL', 'No space is left.')
  const { recorder, delivered } = open(async () => {
    calls++
    if (calls === 2) throw failure
  })
  recorder.record(queued)
  await recorder.drained()
  recorder.record(started)
  await expect(recorder.drained()).rejects.toBe(failure)
  recorder.record(warning('late'))
  await expect(recorder.drained()).rejects.toBe(failure)
  await expect(recorder.drained(500)).rejects.toBe(failure)
  expect(calls).toBe(2)
  expect(delivered.map(({ event }) => event.type)).toEqual(['run.queued'])
})

test('after the log was full, what waited is stored in its order once there is room', async () => {
  let isFull = false
  const { recorder, delivered } = open(async () => {
    if (isFull) throw new StoreError('STORE_FULL', 'No space is left.')
  })
  recorder.record(queued)
  await recorder.drained()
  isFull = true
  recorder.record(started)
  await expect(recorder.drained()).rejects.toMatchObject({ code: 'STORE_FULL' })
  recorder.record(warning('late'))
  isFull = false
  await expect(recorder.drained()).rejects.toMatchObject({ code: 'STORE_FULL' })
  recorder.tryAgain()
  await recorder.drained()
  const types = ['run.queued', 'run.started', 'warning.recorded']
  expect(delivered.map(({ event }) => event.type)).toEqual(types)
})

test('after another failure of the log nothing is stored again, for it may be stored', async () => {
  const { recorder } = open(() => Promise.reject(new Error('the cable came out')))
  recorder.record(queued)
  await expect(recorder.drained()).rejects.toThrow()
  recorder.tryAgain()
  await expect(recorder.drained()).rejects.toMatchObject({ code: 'STORE_FAILED' })
})

test('what a log fails with becomes a typed error', async () => {
  const { recorder } = open(() => Promise.reject(new Error('the cable came out')))
  recorder.record(queued)
  await expect(recorder.drained()).rejects.toMatchObject({
    code: 'STORE_FAILED',
    message: 'the cable came out',
  })
})
