import { CairnError, StoreError } from '@cairn/core'
import { isRetryableError, Neo4jError } from 'neo4j-driver'

/** Where the server and its database are, for messages. */
export interface Place {
  readonly url: string
  readonly database: string | null
  /** Whether a Neo4j has answered there: what answers otherwise afterwards is a network that broke. */
  readonly isNeo4j: boolean
}

/** Codes of Neo4j for a transaction that does not fit into its memory. */
const outOfMemory = /OutOfMemory/

/** Whether a transaction was too large for the server's memory. */
export function isOutOfMemory(error: unknown): boolean {
  return error instanceof Neo4jError && outOfMemory.test(error.code)
}

/** Whether a constraint or an index was not made because it is there. */
export function alreadyExists(error: unknown): boolean {
  return error instanceof Neo4jError && /Schema\.\w+AlreadyExists$/.test(error.code)
}

/** No answer came in time. */
export function lateAnswer({ url }: Place, timeoutMs: number): StoreError {
  return new StoreError(
    'STORE_FAILED',
    `Neo4j at ${url} did not answer within ${timeoutMs} ms; \`timeoutMs\` allows more.`,
    { recoverable: true },
  )
}

/** What an error of the driver means for whoever called the store. */
export function toStoreError(error: unknown, place: Place): CairnError {
  if (CairnError.isInstance(error)) return error
  if (place.isNeo4j && isNoMessage(error)) {
    const message = `What came from Neo4j at ${place.url} is no message of it: the network between broke it.`
    return new StoreError('STORE_FAILED', message, { cause: error, recoverable: true })
  }
  if (error instanceof Neo4jError) return fromCode(error, place)
  const message = error instanceof Error ? error.message : String(error)
  return new StoreError('STORE_FAILED', `Neo4j at ${place.url} failed: ${message}`, {
    cause: error,
  })
}

/** Whether the driver could not read what came: it lets the error of its buffer through where bytes are missing. */
function isNoMessage(error: unknown): boolean {
  if (error instanceof Neo4jError) return error.code === 'ProtocolError' || isOtherProtocol(error)
  return error instanceof RangeError && 'code' in error
}

/** These have no code of their own. */
function isOtherProtocol({ message }: Neo4jError): boolean {
  return /Server responded HTTP|Unknown Bolt protocol/.test(message)
}

function fromCode(error: Neo4jError, { url, database }: Place): StoreError {
  const named = database === null ? 'its default database' : `the database "${database}"`
  const failed = (message: string, recoverable = false): StoreError =>
    new StoreError('STORE_FAILED', message, { cause: error, recoverable })
  switch (error.code) {
    case 'ServiceUnavailable':
    case 'SessionExpired':
      return failed(
        `Neo4j at ${url} does not answer. Start it, or check the address; a starting server needs some seconds.`,
        true,
      )
    case 'Neo.ClientError.Security.Unauthorized':
      return failed(`Neo4j at ${url} refused the user name or the password.`)
    case 'Neo.ClientError.Security.AuthenticationRateLimit':
      return failed(
        `Neo4j at ${url} was given wrong passwords too often. Correct the password and wait a minute.`,
      )
    case 'Neo.ClientError.Security.CredentialsExpired':
      return failed(
        `Neo4j at ${url} wants the user's first password changed before anything else; do that in Neo4j Browser.`,
      )
    case 'Neo.ClientError.Database.DatabaseNotFound':
      return failed(
        `Neo4j at ${url} has no database "${database ?? ''}". A Community server has one: "neo4j".`,
      )
    case 'Neo.ClientError.General.ForbiddenOnReadOnlyDatabase':
    case 'Neo.ClientError.General.WriteOnReadOnlyAccessDatabase':
      return new StoreError(
        'STORE_READ_ONLY',
        `Neo4j at ${url} lets nobody write to ${named}. Take it out of server.databases.read_only.`,
        { cause: error },
      )
    case 'Neo.ClientError.Security.Forbidden':
      return new StoreError(
        'STORE_READ_ONLY',
        `The user of Neo4j at ${url} may not do this in ${named}: writing needs the role "publisher", and the first run "architect" for constraints.`,
        { cause: error },
      )
    case 'Neo.ClientError.Statement.AccessMode':
      return new StoreError(
        'STORE_READ_ONLY',
        'cypher() reads only; this query would write. Nothing was changed.',
        { cause: error },
      )
    default:
  }
  if (error.code.startsWith('Neo.ClientError.Statement.')) {
    return failed(`Neo4j does not take the query: ${error.message}`)
  }
  if (isOutOfMemory(error)) {
    return failed(
      `Neo4j at ${url} has too little memory for one transaction: raise db.memory.transaction.max or its heap.`,
    )
  }
  if (isOtherProtocol(error)) {
    return failed(
      `What answers at ${url} is no Bolt port of Neo4j. Check the port: Bolt has 7687 by default, the browser 7474.`,
    )
  }
  if (error.message.startsWith('Connection acquisition timed out')) {
    return failed(`Neo4j at ${url} gave no connection in time: it is busy or hangs.`, true)
  }
  if (error.code.includes('TransactionTimedOut')) {
    return failed(`Neo4j at ${url} ended a transaction that took too long: ${error.message}`, true)
  }
  // A row that another process wrote at the same moment is found by the next try.
  const isRace = error.code === 'Neo.ClientError.Schema.ConstraintValidationFailed'
  return failed(`Neo4j at ${url} failed: ${error.message}`, isRace || isRetryableError(error))
}
