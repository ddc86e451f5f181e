import { ProblemError } from './problem-error.ts'

/** An open stream. */
export interface Connection {
  /** Heartbeats, expiry, readers that do not read: called from time to time. */
  check(now: number): void
  /** Asks the reader to come back later. */
  shutDown(): void
  /** Ends at once. */
  cut(): void
}

/** The open streams, how many there may be, and the one timer for all of them. */
export interface Connections {
  /**
   * Takes a place for a stream of an address.
   * @returns what gives it back
   * @throws ProblemError 429 or 503 where there is none
   */
  admit(address: string | undefined): () => void
  /** Keeps an open stream until it is closed. @returns what says that it is */
  add(connection: Connection): () => void
  /** Open streams. */
  count(): number
  /** Ends every stream, and lets no other in. */
  close(): Promise<void>
}

/** What {@link createConnections} is made from. */
export interface ConnectionsOptions {
  readonly maxConnections: number
  readonly maxConnectionsPerAddress: number
  readonly retryAfterSeconds: number
  /** Milliseconds between checks. */
  readonly checkEveryMs: number
  /** Milliseconds that readers have to close when the server does. */
  readonly graceMs: number
}

/** No stream yet. */
export function createConnections(options: ConnectionsOptions): Connections {
  const open = new Set<Connection>()
  const byAddress = new Map<string, number>()
  let places = 0
  let timer: NodeJS.Timeout | null = null
  let isClosed = false
  let onEmpty: (() => void) | null = null

  const check = (): void => {
    const now = performance.now()
    for (const each of open) each.check(now)
  }

  const refuse = (status: 429 | 503, detail: string): never => {
    throw new ProblemError(status, detail, {
      headers: { 'retry-after': String(options.retryAfterSeconds) },
    })
  }

  const stopIfEmpty = (): void => {
    if (open.size > 0) return
    if (timer) clearInterval(timer)
    timer = null
    onEmpty?.()
  }

  return {
    admit(address = '') {
      const ofAddress = byAddress.get(address) ?? 0
      if (isClosed) refuse(503, 'The server is closing.')
      if (places >= options.maxConnections) refuse(503, 'Too many streams are open.')
      if (address !== '' && ofAddress >= options.maxConnectionsPerAddress) {
        refuse(429, 'Too many streams are open from this address.')
      }
      places += 1
      byAddress.set(address, ofAddress + 1)
      let isGivenBack = false
      return () => {
        if (isGivenBack) return
        isGivenBack = true
        places -= 1
        const left = (byAddress.get(address) ?? 1) - 1
        if (left === 0) byAddress.delete(address)
        else byAddress.set(address, left)
      }
    },
    add(connection) {
      open.add(connection)
      // After what has come is read: a host that was busy has not heard its readers yet.
      timer ??= setInterval(() => setImmediate(check), options.checkEveryMs).unref()
      if (isClosed) connection.shutDown()
      return () => {
        if (open.delete(connection)) stopIfEmpty()
      }
    },
    count: () => open.size,
    async close() {
      isClosed = true
      if (open.size === 0) return
      const emptied = new Promise<void>((resolve) => {
        onEmpty = resolve
      })
      const grace = setTimeout(() => {
        for (const connection of open) connection.cut()
      }, options.graceMs)
      for (const connection of open) connection.shutDown()
      await emptied
      clearTimeout(grace)
    },
  }
}
