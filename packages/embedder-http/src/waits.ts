import type { EmbedderWait } from '@cairn/core'

/** What the requests of one call wait for. */
export interface Waits {
  /** Tells of a wait for as long as `pausing` lasts. */
  during<T>(wait: EmbedderWait, pausing: () => Promise<T>): Promise<T>
}

/**
 * The waits of one call, whose requests may wait at the same time: its caller is told when the first
 * begins, and that it goes on when none is left.
 */
export function createWaits(tell: ((wait: EmbedderWait | null) => void) | undefined): Waits {
  let underWay = 0
  return {
    async during(wait, pausing) {
      underWay++
      tell?.(wait)
      try {
        return await pausing()
      } finally {
        underWay--
        if (underWay === 0) tell?.(null)
      }
    },
  }
}
