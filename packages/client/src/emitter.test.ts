import { expect, it, vi } from 'vitest'
import { createEmitter } from './emitter.ts'

interface Events {
  number: number
  text: string
}

it('calls every listener of an event in order, and no other', () => {
  const emitter = createEmitter<Events>()
  const heard: unknown[] = []
  emitter.on('number', (value) => heard.push(['first', value]))
  emitter.on('number', (value) => heard.push(['second', value]))
  emitter.on('text', (value) => heard.push(value))
  emitter.emit('number', 1)
  expect(heard).toEqual([
    ['first', 1],
    ['second', 1],
  ])
})

it('calls a listener as often as it was added, and no more once it was taken away', () => {
  const emitter = createEmitter<Events>()
  const heard: number[] = []
  const listener = (value: number): unknown => heard.push(value)
  const removeFirst = emitter.on('number', listener)
  emitter.on('number', listener)
  emitter.emit('number', 1)
  removeFirst()
  removeFirst()
  emitter.emit('number', 2)
  emitter.clear()
  emitter.emit('number', 3)
  expect(heard).toEqual([1, 1, 2])
})

it('calls the others where one throws, and lets the error out where the host sees it', async () => {
  const emitter = createEmitter<Events>()
  const uncaught = vi.spyOn(globalThis, 'queueMicrotask').mockImplementation(() => {})
  const heard: number[] = []
  emitter.on('number', () => {
    throw new Error('a defect of the host')
  })
  emitter.on('number', (value) => heard.push(value))
  emitter.emit('number', 1)
  const [[rethrow] = []] = uncaught.mock.calls
  uncaught.mockRestore()
  expect(heard).toEqual([1])
  expect(rethrow).toThrow('a defect of the host')
})
