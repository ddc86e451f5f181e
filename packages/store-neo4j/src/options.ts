import { InvalidOptionsError } from '@cairn/core'

/** How to log in: a user with a password, or a token of single sign-on. */
export type Neo4jAuth =
  | { readonly username: string; readonly password: string }
  | { readonly token: string }

/** Options of `neo4j`. */
export interface Neo4jOptions {
  /** `bolt`, `neo4j`, or either with `+s` or `+ssc`, for example `bolt://127.0.0.1:7687`. Without credentials. */
  readonly url: string
  /** @default none, for a server whose authentication is off */
  readonly auth?: Neo4jAuth
  /** Name of the database. @default the user's home database, in a Community server `neo4j` */
  readonly database?: string
  /** Milliseconds for a connection to be made or to become free. @default 10_000 */
  readonly connectTimeoutMs?: number
  /**
   * Milliseconds during which the driver tries a transaction again by itself, as after a deadlock.
   * After that the call rejects with a recoverable error, and whoever called may try again.
   * @default 5_000
   */
  readonly retryMs?: number
  /**
   * Milliseconds that one call may take until its answer is there, on the server too. After it every
   * connection is given up, for a network that lost one without a word has often lost them all, and the
   * call rejects with a recoverable error. @default 120_000
   */
  readonly timeoutMs?: number
  /** Connections that may be open at once. @default 20 */
  readonly maxConnections?: number
}

/** {@link Neo4jOptions} with every default in its place. */
export interface CheckedOptions {
  readonly url: string
  readonly auth: Neo4jAuth | null
  readonly database: string | null
  readonly connectTimeoutMs: number
  readonly retryMs: number
  readonly timeoutMs: number
  readonly maxConnections: number
}

// Beyond this, Node fires a timer at once.
const longestTimeoutMs = 2 ** 31 - 1

const schemes = ['bolt:', 'bolt+s:', 'bolt+ssc:', 'neo4j:', 'neo4j+s:', 'neo4j+ssc:']

/** @throws InvalidOptionsError, which never quotes a credential. */
export function checkOptions({
  url,
  auth,
  database,
  connectTimeoutMs = 10_000,
  retryMs = 5_000,
  timeoutMs = 120_000,
  maxConnections = 20,
}: Neo4jOptions): CheckedOptions {
  checkUrl(url)
  if (auth !== undefined && !isAuth(auth)) {
    throw new InvalidOptionsError(
      'neo4j() takes auth as { username, password } or as { token }, all of them strings.',
    )
  }
  if (database !== undefined && (typeof database !== 'string' || database === '')) {
    throw new InvalidOptionsError('neo4j() takes the name of a database, or none for the default.')
  }
  if (!isCount(connectTimeoutMs, 1) || !isCount(retryMs, 0) || !isCount(maxConnections, 1)) {
    throw new InvalidOptionsError(
      'connectTimeoutMs, retryMs and maxConnections of neo4j() are whole numbers; only retryMs may be 0.',
    )
  }
  if (!isCount(timeoutMs, 1) || timeoutMs > longestTimeoutMs) {
    throw new InvalidOptionsError(
      `timeoutMs of neo4j() is a whole number from 1 to ${longestTimeoutMs}.`,
    )
  }
  return {
    url,
    auth: auth ?? null,
    database: database ?? null,
    connectTimeoutMs,
    retryMs,
    timeoutMs,
    maxConnections,
  }
}

function checkUrl(url: unknown): void {
  const parsed = typeof url === 'string' && URL.canParse(url) ? new URL(url) : null
  if (!parsed || !schemes.includes(parsed.protocol) || parsed.hostname === '') {
    throw new InvalidOptionsError(
      'neo4j() needs the URL of a Bolt port, for example neo4j({ url: "bolt://127.0.0.1:7687" }).',
    )
  }
  if (parsed.username !== '' || parsed.password !== '') {
    throw new InvalidOptionsError(
      'The URL of neo4j() must not hold credentials; give them as auth: { username, password }.',
    )
  }
}

function isAuth(auth: unknown): auth is Neo4jAuth {
  if (typeof auth !== 'object' || auth === null) return false
  if ('token' in auth) return typeof auth.token === 'string' && auth.token !== ''
  return (
    'username' in auth &&
    typeof auth.username === 'string' &&
    'password' in auth &&
    typeof auth.password === 'string'
  )
}

function isCount(value: unknown, least: number): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= least
}
