import { StoreError } from '@cairn/core'
import { abortable, onAbort, withOwnSignal } from '@cairn/core/abortable'
import { auth, type Driver, driver, type ManagedTransaction, session } from 'neo4j-driver'
import { alreadyExists, isOutOfMemory, lateAnswer, type Place, toStoreError } from './fault.ts'
import type { CheckedOptions, Neo4jAuth } from './options.ts'
import { schemaStatements } from './schema.ts'
import { checkVersion } from './server-version.ts'

/** Runs one statement of a transaction and gives its records, each as the list of its columns. */
export type Run = <Columns extends readonly unknown[]>(
  statement: string,
  parameters?: Readonly<Record<string, unknown>>,
) => Promise<readonly Columns[]>

/** A transaction that is too large for the server; a smaller one may pass. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError'
}

/** The connections to one database. Made with the first call, checked once. */
export interface Connection {
  /** Runs `work` in a transaction that cannot write. */
  read<T>(signal: AbortSignal | undefined, work: (run: Run) => Promise<T>): Promise<T>
  /** The same with what the driver made of the records. */
  readRaw<T>(
    signal: AbortSignal | undefined,
    work: (transaction: ManagedTransaction) => Promise<T>,
  ): Promise<T>
  /**
   * Runs `work` in a transaction, one after another: two that touch the same nodes would wait for each
   * other or deadlock, and see owners that the other is about to take away.
   * @throws TooLargeError
   */
  write<T>(signal: AbortSignal | undefined, work: (run: Run) => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** A driver, and whether its connections were given up. */
interface Connected {
  readonly driver: Driver
  readonly lost: AbortController
}

/** Longest wait for a server to stop what was aborted. */
const abortGraceMs = 2_000
const indexesTimeoutSeconds = 300

export function createConnection(options: CheckedOptions): Connection {
  const { url, database, timeoutMs } = options
  let place: Place = { url, database, isNeo4j: false }
  let connected: Connected | null = null
  let isClosed = false
  let checked: Promise<void> | null = null
  let prepared: Promise<void> | null = null
  let lastWrite: Promise<unknown> = Promise.resolve()

  const open = (): Connected => {
    if (isClosed) throw new StoreError('CLOSED', `The graph store at ${url} is closed.`)
    connected ??= { driver: connect(options), lost: new AbortController() }
    return connected
  }

  /** Gives up all connections of a driver, and what is under way on them; the next call makes others. */
  const giveUp = ({ driver: lost, lost: losing }: Connected): void => {
    if (losing.signal.aborted) return
    if (connected?.driver === lost) connected = null
    losing.abort(lateAnswer(place, timeoutMs))
    lost.close().catch(() => undefined)
  }

  /** Ends `work` when it takes too long; `stop` ends what was aborted for another reason. */
  const limited = <T>(
    signal: AbortSignal | undefined,
    on: Connected,
    work: () => Promise<T>,
    stop?: () => Promise<void>,
  ): Promise<T> =>
    withOwnSignal(signal, async (own) => {
      const { signal: lost } = on.lost
      lost.throwIfAborted()
      const leave = onAbort(lost, () => own.abort(lost.reason))
      const timer = setTimeout(() => giveUp(on), timeoutMs)
      try {
        return await abortable(own.signal, work, async () => {
          if (!lost.aborted) await stop?.()
        })
      } finally {
        clearTimeout(timer)
        leave()
      }
    })

  /** Checks what answers, once; a check that failed is made again by the next call. */
  const check = (): Promise<void> => {
    checked ??= checkOn(open()).catch((error: unknown) => {
      checked = null
      throw error
    })
    return checked
  }
  const checkOn = async (on: Connected): Promise<void> => {
    await limited(undefined, on, () => checkServer(on.driver, place))
    place = { ...place, isNeo4j: true }
  }

  /** Constraints and indexes, once, and only by what writes: a reader may not be allowed to. */
  const prepare = (): Promise<void> => {
    prepared ??= check()
      .then(() => {
        const on = open()
        return limited(undefined, on, () => makeSchema(on.driver, database))
      })
      .catch((error: unknown) => {
        prepared = null
        throw error
      })
    return prepared
  }

  const transact = async <T>(
    mode: 'READ' | 'WRITE',
    signal: AbortSignal | undefined,
    work: (transaction: ManagedTransaction) => Promise<T>,
  ): Promise<T> => {
    const on = open()
    const opened = on.driver.session({
      ...(database === null ? {} : { database }),
      defaultAccessMode: session[mode],
    })
    // The server ends it too: else what it holds stays locked when nobody is there any more.
    const limits = { timeout: timeoutMs }
    const start = (): Promise<T> =>
      mode === 'READ' ? opened.executeRead(work, limits) : opened.executeWrite(work, limits)
    try {
      return await limited(signal, on, start, () => within(abortGraceMs, opened.close()))
    } finally {
      const closed = opened.close()
      if (on.lost.signal.aborted) closed.catch(() => undefined)
      // What was aborted may hang, and closing it with it.
      else await (signal?.aborted ? within(abortGraceMs, closed) : closed)
    }
  }

  /** `work` with every failure as the error of a store. */
  const typed = async <T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> => {
    signal?.throwIfAborted()
    try {
      return await work()
    } catch (error) {
      if (signal?.aborted || error instanceof TooLargeError) throw error
      throw toStoreError(error, place)
    }
  }

  const readRaw: Connection['readRaw'] = (signal, work) =>
    typed(signal, async () => {
      await abortable(signal, check)
      return transact('READ', signal, work)
    })

  return {
    readRaw,
    read: (signal, work) => readRaw(signal, (transaction) => work(runIn(transaction))),
    write: (signal, work) => {
      const turn = lastWrite.then(() =>
        typed(signal, async () => {
          await abortable(signal, prepare)
          // Inside, or the driver tries the same again; and around it, for what the commit needs.
          return untilTooLarge(
            transact('WRITE', signal, (transaction) => untilTooLarge(work(runIn(transaction)))),
          )
        }),
      )
      // Whoever waits for its turn takes it also after a failure, which is told to its own caller.
      lastWrite = turn.catch(() => undefined)
      return turn
    },
    async close() {
      isClosed = true
      const open = connected
      connected = null
      try {
        await open?.driver.close()
      } catch (error) {
        throw toStoreError(error, place)
      }
    },
  }
}

function connect({ url, auth, connectTimeoutMs, retryMs, maxConnections }: CheckedOptions): Driver {
  return driver(url, authToken(auth), {
    connectionTimeout: connectTimeoutMs,
    connectionAcquisitionTimeout: connectTimeoutMs,
    maxTransactionRetryTime: retryMs,
    maxConnectionPoolSize: maxConnections,
    // Lines and counts are far from where numbers become inexact.
    disableLosslessIntegers: true,
    notificationFilter: { minimumSeverityLevel: 'OFF' },
    telemetryDisabled: true,
    userAgent: 'cairn',
  })
}

function authToken(given: Neo4jAuth | null): ReturnType<typeof auth.basic> | undefined {
  if (given === null) return undefined
  return 'token' in given ? auth.bearer(given.token) : auth.basic(given.username, given.password)
}

async function checkServer(opened: Driver, { url, database }: Place): Promise<void> {
  const { agent } = await opened.getServerInfo(database === null ? {} : { database })
  checkVersion(agent, url)
}

async function makeSchema(opened: Driver, database: string | null): Promise<void> {
  const write = opened.session({ ...(database === null ? {} : { database }) })
  try {
    // One by one: a transaction may hold one change of the schema.
    for (const statement of schemaStatements) {
      try {
        await write.executeWrite((transaction) => transaction.run(statement))
      } catch (error) {
        // IF NOT EXISTS does not see what another process makes at the same moment.
        if (!alreadyExists(error)) throw error
      }
    }
    await write.executeRead((transaction) =>
      transaction.run('CALL db.awaitIndexes($seconds)', { seconds: indexesTimeoutSeconds }),
    )
  } finally {
    await write.close()
  }
}

function runIn(transaction: ManagedTransaction): Run {
  return async <Columns extends readonly unknown[]>(
    statement: string,
    parameters: Readonly<Record<string, unknown>> = {},
  ) => {
    const { records } = await transaction.run(statement, parameters)
    // What the columns are is known to whoever wrote the statement.
    return records.map((record) => [...record.values()] as unknown as Columns)
  }
}

/** `work`, which fails with a {@link TooLargeError} where its transaction does not fit. */
async function untilTooLarge<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (!isOutOfMemory(error)) throw error
    throw new TooLargeError('The transaction was too large.', { cause: error })
  }
}

/** Waits for `work`, but not for long. */
async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms)
  })
  try {
    await Promise.race([work, patience])
  } finally {
    clearTimeout(timer)
  }
}
