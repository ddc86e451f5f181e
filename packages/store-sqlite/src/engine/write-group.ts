import { setImmediate } from 'node:timers'
import type { WriteWork, Written } from './writer.ts'

/** Writes that wait to be done together. */
export interface WriteGroup {
  /** Resolves or rejects when the transaction that the work was done in has ended. */
  add(work: WriteWork): Promise<unknown>
  /** Does all that waits now. */
  flush(): void
}

/**
 * Group commit: what is asked for while a transaction runs is done in one transaction after it. A commit
 * writes every page that was touched, and neighbouring writes mostly touch the same ones.
 */
export function createWriteGroup(
  writeTogether: (works: readonly WriteWork[]) => Written[],
): WriteGroup {
  interface Waiting {
    readonly work: WriteWork
    readonly resolve: (value: unknown) => void
    readonly reject: (error: unknown) => void
  }
  let waiting: Waiting[] = []

  const flush = (): void => {
    const group = waiting
    waiting = []
    if (group.length === 0) return
    try {
      const written = writeTogether(group.map(({ work }) => work))
      for (const [index, { resolve, reject }] of group.entries()) {
        const result = written[index]
        if (result && 'value' in result) resolve(result.value)
        else reject(result?.error)
      }
    } catch (error) {
      // The file could not even be opened.
      for (const { reject } of group) reject(error)
    }
  }

  return {
    add: (work) =>
      new Promise((resolve, reject) => {
        // Messages that are there already are all delivered before this.
        if (waiting.length === 0) setImmediate(flush)
        waiting.push({ work, resolve, reject })
      }),
    flush,
  }
}
