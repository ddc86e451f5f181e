import type { IndexEventMap } from '@cairn/protocol'
import { EventEmitter } from 'eventemitter3'
import { expect, test } from 'vitest'
import { createEventQueue } from './event-queue.ts'

const ended = { value: undefined, done: true }

test('whoever asks several times at once is answered each time', async () => {
  const queue = createEventQueue(new EventEmitter<IndexEventMap>())
  const asked = [queue.iterator.next(), queue.iterator.next()]
  queue.end()
  expect(await Promise.all(asked)).toEqual([ended, ended])
})

test('a consumer that stops is listened for no more', async () => {
  const emitter = new EventEmitter<IndexEventMap>()
  let ends = 0
  const queue = createEventQueue(emitter, () => ends++)
  expect(emitter.listenerCount('event')).toBe(1)
  await queue.iterator.return?.()
  expect(emitter.listenerCount('event')).toBe(0)
  expect(ends).toBe(1)
  expect(await queue.iterator.next()).toEqual(ended)
})
