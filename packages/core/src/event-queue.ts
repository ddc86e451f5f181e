import type { IndexEvent, IndexEventMap } from '@cairn/protocol'
import type { EventEmitter } from 'eventemitter3'

/** An async iterator over what an emitter emits from now on. */
export interface EventQueue {
  readonly iterator: AsyncIterator<IndexEvent>
  /** What is queued is still given, then the iterator ends. */
  end(): void
}

/**
 * The emitter's `event` channel as an iterator; it stops listening, and calls `ended`, when the
 * consumer stops or the source ends.
 */
export function createEventQueue(
  emitter: EventEmitter<IndexEventMap>,
  ended: () => void = () => undefined,
): EventQueue {
  const queued: IndexEvent[] = []
  // A consumer may ask for the next before it has the last.
  const waiting: ((result: IteratorResult<IndexEvent>) => void)[] = []
  let hasEnded = false

  const listener = (event: IndexEvent): void => {
    const resolve = waiting.shift()
    if (resolve) resolve({ value: event, done: false })
    else queued.push(event)
  }
  const end = (): void => {
    hasEnded = true
    emitter.off('event', listener)
    for (const resolve of waiting.splice(0)) resolve({ value: undefined, done: true })
    ended()
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
          waiting.push(resolve)
        })
      },
      return() {
        end()
        queued.length = 0
        return Promise.resolve({ value: undefined, done: true })
      },
    },
  }
}
