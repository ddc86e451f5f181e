import { setImmediate } from 'node:timers/promises'

/**
 * A function to call between the steps of a long loop: it lets the event loop turn when the loop has
 * run for `sliceMs` since the last turn, and returns at once otherwise.
 */
export function eventLoopPause(sliceMs = 4): () => Promise<void> | undefined {
  let started = performance.now()
  return () => {
    if (performance.now() - started < sliceMs) return undefined
    return setImmediate().then(() => {
      started = performance.now()
    })
  }
}
