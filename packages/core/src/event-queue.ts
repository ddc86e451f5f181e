import type { IndexEvent, IndexEventMap } from '@cairn/protocol'
import type { EventEmitter } from 'eventemitter3'

/** An async iterator over what an emitter emits from now on. */
export interface EventQueue {
  readonly iterator: AsyncIterator<IndexEvent>
  /** What is queued is still given, then the iterator ends. */
  end(): void
}

/** The emitter's `event` channel as an iterator; it stops listening when the consumer stops. */
export function createEventQueue(emitter: EventEmitter<IndexEventMap>): EventQueue {
  const queued: IndexEvent[] = []
  let waiting: ((result: IteratorResult<IndexEvent>) => void) | null = null
  let hasEnded = false

  const listener = (event: IndexEvent): void => {
    if (waiting) {
      waiting({ value: event, done: false })
      waiting = null
    } else queued.push(event)
  }
  const end = (): void => {
    hasEnded = true
    emitter.off('event', listener)
    waiting?.({ value: undefined, done: true })
    waiting = null
  }
  emitter.on('event', listener)

  return {
    end,
    iterator: {
      next() {
        const event = queued.shift()
        if (event) return Promise.resolve({ value: event, done: false })
        if (hasEnded) return Promise.resolve({ value: undefined, done: true })
        return new Promise((resolve) => {
          waiting = resolve
        })
      },
      return() {
        end()
        return Promise.resolve({ value: undefined, done: true })
      },
    },
  }
}
