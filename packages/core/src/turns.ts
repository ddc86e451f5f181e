import { onAbort } from './abortable.ts'

/** Something that at most so many may have at once. */
export interface Place {
  readonly key: string
  readonly capacity: number
  /** A sentence for who waits for it. */
  readonly busy: () => string
}

/** What a turn is asked for. */
export interface TurnRequest {
  /** All of them are had together, or none. */
  readonly places: readonly Place[]
  /** Lower comes first, 0 before all; who is passed over rises, see {@link Turns}. */
  readonly rank: number
  /** Whom it is for: of equal rank, whoever had a turn the longest ago comes first. */
  readonly share: string
  /** Ends the waiting. */
  readonly signal: AbortSignal
  /** Gets what is waited for whenever that is something else, and null when the turn has come. */
  readonly onWaiting?: (busy: string | null) => void
}

/** A turn that was asked for. */
export interface Turn {
  /** Resolves when it has come; rejects with the signal's reason. */
  readonly come: Promise<void>
  /** Gives it back, also while it has not come. */
  leave(): void
}

/**
 * Gives turns to those who wait, in the order of their rank, their share and their coming. So that a
 * stream of low ranks starves nobody, whoever could have had a turn eight times while others
 * had it counts one rank lower, down to 0. Of each share only the first in line rises: many requests of one
 * share get no further ahead of another's than one.
 */
export interface Turns {
  ask(request: TurnRequest): Turn
}

interface Entry extends TurnRequest {
  readonly resolve: () => void
  said: string | null
  /** How often another had a turn that it could have had. */
  passedOver: number
}

/** Turns of others after which who could have had them counts one rank lower. */
const turnsPerRank = 8

export function createTurns(): Turns {
  let waiting: Entry[] = []
  const having = new Set<Entry>()
  /** How many have each place. */
  const taken = new Map<string, number>()
  /** By share, when it last had a turn; kept for as long as anything of it waits or works. */
  const served = new Map<string, number>()
  let count = 0

  const fullPlace = ({ places }: Entry): Place | undefined =>
    places.find(({ key, capacity }) => (taken.get(key) ?? 0) >= capacity)

  const comesBefore = (one: Entry, other: Entry): boolean => {
    const [rank, otherRank] = [rankOf(one), rankOf(other)]
    return rank !== otherRank
      ? rank < otherRank
      : (served.get(one.share) ?? 0) < (served.get(other.share) ?? 0)
  }

  const next = (): Entry | undefined => {
    let best: Entry | undefined
    for (const entry of waiting) {
      if (fullPlace(entry)) continue
      if (best === undefined || comesBefore(entry, best)) best = entry
    }
    return best
  }

  /** Lets the first in line of each share count the turn that `had` has. */
  const passOver = (had: Entry): void => {
    const firsts = new Map<string, Entry>()
    for (const entry of waiting) {
      if (entry.share === had.share || fullPlace(entry)) continue
      const first = firsts.get(entry.share)
      if (first === undefined || comesBefore(entry, first)) firsts.set(entry.share, entry)
    }
    for (const entry of firsts.values()) entry.passedOver++
  }

  const serve = (): void => {
    for (let entry = next(); entry; entry = next()) {
      const { places, share } = entry
      waiting = waiting.filter((other) => other !== entry)
      passOver(entry)
      having.add(entry)
      for (const { key } of places) taken.set(key, (taken.get(key) ?? 0) + 1)
      served.set(share, ++count)
      entry.onWaiting?.(null)
      entry.resolve()
    }
    for (const entry of waiting) {
      const busy = fullPlace(entry)?.busy() ?? null
      if (busy === entry.said) continue
      entry.said = busy
      entry.onWaiting?.(busy)
    }
  }

  const forget = ({ share }: Entry): void => {
    for (const entry of [...waiting, ...having]) if (entry.share === share) return
    served.delete(share)
  }

  return {
    ask(request) {
      let settle: { resolve: () => void; reject: (reason: unknown) => void } | undefined
      const come = new Promise<void>((resolve, reject) => {
        settle = { resolve, reject }
      })
      // Who asked may not be listening yet.
      come.catch(() => undefined)
      const { signal } = request
      const entry: Entry = {
        ...request,
        said: null,
        passedOver: 0,
        resolve: () => {
          unlisten()
          settle?.resolve()
        },
      }
      const leave = (): void => {
        unlisten()
        if (having.delete(entry)) {
          for (const { key } of entry.places) {
            const left = (taken.get(key) ?? 1) - 1
            if (left > 0) taken.set(key, left)
            else taken.delete(key)
          }
        } else {
          waiting = waiting.filter((other) => other !== entry)
        }
        forget(entry)
        serve()
      }
      if (signal.aborted) {
        settle?.reject(signal.reason)
        return { come, leave: () => undefined }
      }
      const unlisten = onAbort(signal, () => {
        settle?.reject(signal.reason)
        leave()
      })
      waiting.push(entry)
      serve()
      return { come, leave }
    },
  }
}

function rankOf({ rank, passedOver }: Entry): number {
  return Math.max(0, rank - Math.floor(passedOver / turnsPerRank))
}
