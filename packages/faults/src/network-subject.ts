import type { Embedder, RemoteSource, Storage } from '@cairn/core'
import type { ServerStores } from './server-stores.ts'

/** What of an indexer reaches a server, and what has to be closed afterwards. */
export interface Reached {
  readonly storage?: Partial<Storage>
  readonly embedder?: Embedder
  /** Where the code comes from, in the place of the folder. */
  readonly source?: RemoteSource
  close(): Promise<void>
}

/** A server that runs need, and how they reach it. */
export interface NetworkSubject {
  /** For people. */
  readonly name: string
  /** What `health.detail` calls it while it is waited for. */
  readonly waitedFor: string
  readonly port: number
  /** Every text that it embedded; null: it embeds nothing. */
  readonly embedded: readonly string[] | null
  /** Names of the faults that take a minute to notice, which the short form leaves out. */
  readonly slowFaults: readonly string[]
  /** What a run reaches the server with, through a port that is not its own and for so long a time. */
  reach(port: number, timeoutMs: number): Promise<Reached>
  /** Where in the server a run of a process finds nothing of those before it; null: it holds no part of an index. */
  readonly stores: (() => ServerStores) | null
  /** Takes away what a run wrote of the repository, as far as the next would find it. */
  clear(repository: string): Promise<void>
  close(): Promise<void>
}

/** The port of a URL. */
export function portOf(url: string): number {
  return Number(new URL(url).port)
}
