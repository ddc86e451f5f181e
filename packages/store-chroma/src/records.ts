import type { StoreError, VectorRow } from '@cairn/core'
import { ChromaClient, type Collection } from 'chromadb'
import type { OwnCollection } from './collections.ts'
import { refused, VanishedError } from './failure.ts'
import type { CheckedOptions } from './options.ts'
import { rowMetadata } from './row-metadata.ts'
import { type Answer, type ChromaServer, isSuccess, type ServerLimits } from './server.ts'
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
    throw failed(options, { status: response.status, body: await response.text() }, onVanished)
  }
  // The client has no option for this.
  // biome-ignore lint/complexity/useLiteralKeys: TypeScript lets a private member be named so alone
  client['apiClient'].setConfig({ fetch: sendOrThrow })
  return client.collection(id)
}

/**
 * Writes rows in one request. The client would copy every vector twice, number by number, to check and to
 * pack it: that is most of what a run with Chroma leaves to the garbage collector.
 */
export async function upsertRows(
  server: ChromaServer,
  { supportsBase64 }: ServerLimits,
  { id }: OwnCollection,
  rows: readonly VectorRow[],
  call: Call,
  onVanished: () => void,
): Promise<void> {
  const answer = await server.ask(call, 'POST', `/collections/${id}/upsert`, {
    ids: rows.map((row) => row.id),
    embeddings: rows.map(({ vector }) => (supportsBase64 ? base64(vector) : Array.from(vector))),
    metadatas: rows.map(rowMetadata),
  })
  if (!isSuccess(answer)) throw failed(server.options, answer, onVanished)
}

function base64({ buffer, byteOffset, byteLength }: Float32Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString('base64')
}

/** Why a collection's request was refused. */
function failed(
  { url }: CheckedOptions,
  { status, body }: Answer,
  onVanished: () => void,
): StoreError {
  if (status !== 404) return refused(url, status, body)
  onVanished()
  return new VanishedError(url)
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
    this.preflightChecks = { max_batch_size: maxBatchSize, supports_base64_encoding: false }
  }
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
