import type { Source } from './options.ts'
import { parseRemoteUrl, remoteHost } from './source/source-url.ts'
import { createTurns, type Place } from './turns.ts'

/**
 * Keeps the number of clones from one host at once within its limit, and fetches of one remote apart: they
 * are kept in the same clone.
 */
export type CloneLimit = <T>(
  source: Source,
  options: {
    readonly signal: AbortSignal
    /** Gets what is waited for, and null at the end. */
    readonly onWaiting?: (busy: string | null) => void
  },
  open: () => Promise<T>,
) => Promise<T>

/** A limit of so many clones from each host; a folder is opened at once. */
export function createCloneLimit(perHost: number): CloneLimit {
  const turns = createTurns()
  const hostPlace = (host: string): Place => ({
    key: `host ${host}`,
    capacity: perHost,
    busy: () =>
      `Waiting for a clone from ${host} to end: ${perHost} at once is the limit (clonesPerHost).`,
  })
  return async (source, options, open) => {
    if (!('url' in source)) return open()
    const host = remoteHost(source.url)
    const { url, shown } = parseRemoteUrl(source.url)
    const clone: Place = {
      key: `clone ${url}`,
      capacity: 1,
      busy: () => `Waiting for another run to fetch ${shown}.`,
    }
    const turn = turns.ask({
      ...options,
      places: host === '' ? [clone] : [hostPlace(host), clone],
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
