import type { StatusClient } from './create-status-client.ts'
import type { ConnectionState } from './follow.ts'
import { StatusClientError } from './status-client-error.ts'

/** What every hook says of its connection. */
export interface WatchedState {
  readonly connection: ConnectionState
  readonly error: StatusClientError | null
}

/** What `useSyncExternalStore` asks for. */
export interface SharedWatch<State> {
  subscribe(onChange: () => void): () => void
  snapshot(): State
}

/** What {@link sharedWatch} works with. */
export interface SharedWatchOptions<State> {
  readonly client: StatusClient
  /** What is watched: the same for those that share. */
  readonly key: string
  /** The state while nothing is known. */
  readonly initial: State
  /** Begins the watch. Returns what ends it. */
  readonly start: (set: (change: Partial<State>) => void) => () => void
}

interface Entry {
  state: WatchedState
  readonly onChange: Set<() => void>
  stop: () => void
}

const entriesOf = new WeakMap<StatusClient, Map<string, Entry>>()

/**
 * One watch for all who subscribe to the same thing of the same client. It begins with the first of them and
 * ends with the last; a render that comes to nothing leaves nothing behind.
 */
export function sharedWatch<State extends WatchedState>(
  options: SharedWatchOptions<State>,
): SharedWatch<State> {
  const { client, key, initial } = options
  const entries = entriesOf.get(client) ?? new Map<string, Entry>()
  entriesOf.set(client, entries)

  const begin = (): Entry => {
    const entry: Entry = { state: initial, onChange: new Set(), stop: () => {} }
    const set = (change: Partial<WatchedState>): void => {
      entry.state = { ...entry.state, ...change }
      for (const onChange of entry.onChange) onChange()
    }
    entries.set(key, entry)
    try {
      entry.stop = options.start(set)
    } catch (error) {
      if (!StatusClientError.isInstance(error)) throw error
      set({ connection: 'ended', error })
    }
    return entry
  }

  return {
    subscribe(onChange) {
      const entry = entries.get(key) ?? begin()
      // Another function, so that one that subscribes twice is there twice.
      const own = (): void => onChange()
      entry.onChange.add(own)
      return () => {
        entry.onChange.delete(own)
        if (entry.onChange.size > 0) return
        if (entries.get(key) === entry) entries.delete(key)
        entry.stop()
      }
    },
    snapshot: () => (entries.get(key)?.state ?? initial) as State,
  }
}
