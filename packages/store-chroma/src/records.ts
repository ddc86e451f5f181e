import { ChromaClient, type Collection } from 'chromadb'
import type { OwnCollection } from './collections.ts'
import { refused, VanishedError } from './failure.ts'
import type { CheckedOptions } from './options.ts'
import type { ServerLimits } from './server.ts'
import { type Call, createFetch } from './transport.ts'

/**
 * The records of a collection by Chroma's client, whose requests end with the call. The handle knows no
 * embedding function, so none is loaded, and nothing is written to the console. `onVanished` hears that
 * the collection is no longer there.
 */
export function recordsOf(
  options: CheckedOptions,
  { maxBatchSize }: ServerLimits,
  { id }: OwnCollection,
  call: Call,
  onVanished: () => void,
): Collection {
  const client = new KnowingClient(options, maxBatchSize)
  const send = createFetch(options, call)
  const sendOrThrow: typeof fetch = async (input, init) => {
    const response = await send(input, init)
    if (response.ok) return response
    if (response.status === 404) {
      onVanished()
      throw new VanishedError(options.url)
    }
    throw refused(options.url, response.status, await response.text())
  }
  // The client has no option for this.
  // biome-ignore lint/complexity/useLiteralKeys: TypeScript lets a private member be named so alone
  client['apiClient'].setConfig({ fetch: sendOrThrow })
  return client.collection(id)
}

/** A client that is told what the server was asked once, where it would ask anew. */
class KnowingClient extends ChromaClient {
  constructor({ url, tenant, database, headers }: CheckedOptions, maxBatchSize: number) {
    const { hostname, port, protocol } = new URL(url)
    const ssl = protocol === 'https:'
    super({
      host: hostname,
      port: port === '' ? (ssl ? 443 : 80) : Number(port),
      ssl,
      tenant,
      database,
      headers: { ...headers },
    })
    // Vectors are packed by `packedVector`: the client does it byte by byte.
    this.preflightChecks = { max_batch_size: maxBatchSize, supports_base64_encoding: false }
  }
}

/**
 * A vector as the client takes it, which turns into base64 when the client turns it into JSON: a third
 * of the size, and none of the time that printing and packing number by number takes.
 */
export function packedVector(vector: Float32Array): number[] {
  const bytes = Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)
  return Object.defineProperty(Array.from(vector), 'toJSON', {
    value: () => bytes.toString('base64'),
  })
}

/** Rows of so many dimensions that go into one request. */
export function rowsPerRequest({ maxBatchSize }: ServerLimits, dimensions: number): number {
  const rowBytes = 1_000 + Math.ceil((dimensions * 4 * 4) / 3)
  return Math.max(1, Math.min(maxBatchSize, fastestRows, Math.floor(requestBytes / rowBytes)))
}

// The server is not faster with more, and who makes a request of more holds the host's event loop.
const fastestRows = 1_000
// The server refuses requests above 40 MB unless it is told otherwise.
const requestBytes = 16_000_000
