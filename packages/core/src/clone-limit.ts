import type { Source } from './options.ts'
import { remoteHost } from './source/source-url.ts'
import { createTurns } from './turns.ts'

/** Keeps the number of clones from one host at once within its limit. */
export type CloneLimit = <T>(
  source: Source,
  options: {
    readonly signal: AbortSignal
    /** Gets what is waited for, and null at the end. */
    readonly onWaiting?: (busy: string | null) => void
  },
  open: () => Promise<T>,
) => Promise<T>

/** A limit of so many clones from each host; a source of this machine is opened at once. */
export function createCloneLimit(perHost: number): CloneLimit {
  const turns = createTurns()
  return async (source, options, open) => {
    const host = 'url' in source ? remoteHost(source.url) : ''
    if (host === '') return open()
    const turn = turns.ask({
      ...options,
      places: [
        {
          key: host,
          capacity: perHost,
          busy: () =>
            `Waiting for a clone from ${host} to end: ${perHost} at once is the limit (clonesPerHost).`,
        },
      ],
      rank: 0,
      share: '',
    })
    try {
      await turn.come
      return await open()
    } finally {
      turn.leave()
    }
  }
}
