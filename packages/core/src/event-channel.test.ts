import type { IndexEvent, IndexEventOf } from '@cairn/protocol'
import { expect, test } from 'vitest'
import { EventChannel } from './event-channel.ts'
import { createHostGuard } from './host-guard.ts'

const started: IndexEventOf<'run.started'> = {
  type: 'run.started',
  taskId: 'task',
  runId: 'run',
  seq: 1,
  at: new Date(0),
}
const cancelled: IndexEvent = { ...started, type: 'run.cancelled', seq: 2, reason: null }

function openChannel(): { channel: EventChannel; failures: [string, unknown][] } {
  const failures: [string, unknown][] = []
  const guard = createHostGuard((name, error) => failures.push([name, error]))
  return { channel: new EventChannel(guard), failures }
}

test('an event reaches the listeners of its type and those of all events, and no others', () => {
  const { channel } = openChannel()
  const heard: unknown[] = []
  channel.on('run.started', (event) => heard.push(['run.started', event]))
  channel.on('run.cancelled', (event) => heard.push(['run.cancelled', event]))
  channel.on('event', (event) => heard.push(['event', event]))
  channel.publish(started)
  expect(heard).toEqual([
    ['run.started', started],
    ['event', started],
  ])
})

test('a listener that throws is reported by its event, and keeps nobody else from hearing', () => {
  const { channel, failures } = openChannel()
  const heard: string[] = []
  channel.on('run.started', () => {
    throw new Error('broken')
  })
  channel.on('run.started', () => heard.push('second'))
  channel.on('event', () => heard.push('all'))
  channel.publish(started)
  expect(heard).toEqual(['second', 'all'])
  expect(failures).toEqual([
    ['A listener of run.started', expect.objectContaining({ message: 'broken' })],
  ])
})

test('each listener that fails is reported once, of whatever events it hears', () => {
  const { channel, failures } = openChannel()
  const fail = (message: string) => (): never => {
    throw new Error(message)
  }
  channel.on('event', fail('first'))
  channel.on('event', fail('second'))
  channel.publish(started)
  channel.publish(cancelled)
  expect(failures).toMatchObject([
    ['A listener of run.started', { message: 'first' }],
    ['A listener of run.started', { message: 'second' }],
  ])
})

test('a listener that rejects is reported', async () => {
  const { channel, failures } = openChannel()
  channel.addListener('event', () => Promise.reject(new Error('broken')))
  channel.publish(started)
  await new Promise((resolve) => setImmediate(resolve))
  expect(failures).toHaveLength(1)
})

test.each(['off', 'removeListener'] as const)('%s takes a listener off by itself', (method) => {
  const { channel } = openChannel()
  const heard: string[] = []
  const first = (): unknown => heard.push('first')
  const second = (): unknown => heard.push('second')
  channel.on('event', first)
  channel.addListener('event', second)
  channel[method]('event', first)
  channel.publish(started)
  expect(heard).toEqual(['second'])
  channel[method]('event')
  expect(channel.listenerCount('event')).toBe(0)
})

test('one function may listen to several channels, and is taken off one of them alone', () => {
  const { channel } = openChannel()
  const heard: string[] = []
  const listener = ({ type }: IndexEvent): unknown => heard.push(type)
  channel.on('run.started', listener)
  channel.on('run.cancelled', listener)
  channel.off('run.started', listener)
  channel.publish(started)
  channel.publish(cancelled)
  expect(heard).toEqual(['run.cancelled'])
})

test('once hears one event, also where the listener throws', () => {
  const { channel, failures } = openChannel()
  let calls = 0
  channel.once('event', () => {
    calls++
    throw new Error('broken')
  })
  channel.publish(started)
  channel.publish(cancelled)
  expect(calls).toBe(1)
  expect(failures).toHaveLength(1)
  expect(channel.listenerCount('event')).toBe(0)
})

test('once can be taken off before it hears anything', () => {
  const { channel } = openChannel()
  let calls = 0
  const listener = (): unknown => calls++
  channel.once('event', listener)
  channel.off('event', listener, undefined, true)
  channel.publish(started)
  expect(calls).toBe(0)
})

test('a listener has the context it was given', () => {
  const { channel } = openChannel()
  const context = { heard: 0 }
  function listener(this: typeof context): void {
    this.heard++
  }
  channel.on('event', listener, context)
  channel.once('run.started', listener, context)
  channel.publish(started)
  expect(context.heard).toBe(2)
})

test('a listener that takes itself off while it hears does not disturb the others', () => {
  const { channel } = openChannel()
  const heard: string[] = []
  const first = (): void => {
    heard.push('first')
    channel.off('event', first)
  }
  channel.on('event', first)
  channel.on('event', () => heard.push('second'))
  channel.publish(started)
  channel.publish(cancelled)
  expect(heard).toEqual(['first', 'second', 'second'])
})
