import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text as readText } from 'node:stream/consumers'
import type { Embedder } from '@cairn/core'

/** A request for embeddings, as the server got it. */
export interface EmbeddingsRequest {
  readonly texts: readonly string[]
  readonly headers: IncomingHttpHeaders
  /** The body beside the texts. */
  readonly settings: Readonly<Record<string, unknown>>
  /** Counts from 1. */
  readonly number: number
}

/** Whole JSON of a good answer. */
export interface EmbeddingsBody {
  readonly object: 'list'
  readonly model: unknown
  readonly data: readonly {
    readonly object: 'embedding'
    readonly index: number
    readonly embedding: readonly (number | null)[]
  }[]
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number }
}

/** An answer: of what status, with what headers and body. */
export interface EmbeddingsReply {
  /** @default 200 */
  readonly status?: number
  /** @default JSON's content type */
  readonly headers?: Readonly<Record<string, string>>
  /** Sent as it is where it is a string, as JSON otherwise. */
  readonly body: unknown
}

/** The good answer. */
export interface GoodReply extends EmbeddingsReply {
  readonly body: EmbeddingsBody
}

/**
 * How the server answers a request: with a reply, never, by closing the connection, or by closing it
 * in the middle of the body. `embed` makes the good answer.
 */
export type EmbeddingsBehaviour = (
  request: EmbeddingsRequest,
  embed: () => Promise<GoodReply>,
) =>
  | EmbeddingsReply
  | 'never'
  | 'close'
  | 'cut'
  | Promise<EmbeddingsReply | 'never' | 'close' | 'cut'>

/** An OpenAI-compatible server of embeddings on the loopback interface. */
export interface EmbeddingsServer {
  /** What a client takes as its base URL; ends with `/v1`. */
  readonly baseUrl: string
  /** Every request, in the order of arrival. */
  readonly requests: readonly EmbeddingsRequest[]
  /** Every text that got a vector in an answer of status 200, in that order. */
  readonly embedded: readonly string[]
  /** Most requests that were under way at the same time. */
  readonly mostAtOnce: number
  /** Resolves when so many requests have arrived. */
  arrival(number: number): Promise<void>
  /** From now on the server behaves like this; null: well. */
  behave(behaviour: EmbeddingsBehaviour | null): void
  /** The largest difference between these vectors of texts and those of the embedder behind the server. */
  distance(texts: readonly string[], vectors: readonly Float32Array[]): Promise<number>
  /** Ends every connection and stops listening. */
  close(): Promise<void>
}

/** Texts that differ. */
export function textsOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => `const value${index} = ${index}`)
}

/** What a call was rejected with. */
export async function rejectionOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => {
      throw new Error('The call was not rejected.')
    },
    (error: unknown) => error,
  )
}

/**
 * Starts a server of `POST /v1/embeddings` that gives the vectors of a real embedder, and misbehaves
 * when told to. It listens on a free port of the loopback interface.
 */
export async function startEmbeddingsServer(embedder: Embedder): Promise<EmbeddingsServer> {
  const requests: EmbeddingsRequest[] = []
  const embedded: string[] = []
  const waiting: { readonly number: number; readonly resolve: () => void }[] = []
  let behaviour: EmbeddingsBehaviour | null = null
  let atOnce = 0
  let mostAtOnce = 0

  const embed = async ({ texts, settings }: EmbeddingsRequest): Promise<GoodReply> => {
    const vectors = await embedder.embedDocuments(texts)
    const data = vectors.map((vector, index) => ({
      object: 'embedding' as const,
      index,
      embedding: [...vector],
    }))
    const tokens = texts.reduce((sum, text) => sum + text.length, 0)
    const usage = { prompt_tokens: tokens, total_tokens: tokens }
    return { body: { object: 'list' as const, model: settings.model, data, usage } }
  }

  const answer = async (
    request: EmbeddingsRequest,
    response: ServerResponse,
    answered: () => void,
  ): Promise<void> => {
    const good = () => embed(request)
    const reply = await (behaviour === null ? good() : behaviour(request, good))
    if (reply === 'never') return
    if (reply === 'close') {
      response.destroy()
      return
    }
    const status = reply === 'cut' ? 200 : (reply.status ?? 200)
    const headers = reply === 'cut' ? { 'content-length': '1000' } : reply.headers
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    if (reply === 'cut') {
      response.write('{"object":"list",', () => response.destroy())
      return
    }
    if (status === 200) embedded.push(...request.texts)
    answered()
    response.end(typeof reply.body === 'string' ? reply.body : JSON.stringify(reply.body))
  }

  const server = createServer((incoming, response) => {
    atOnce++
    mostAtOnce = Math.max(mostAtOnce, atOnce)
    let isUnderWay = true
    // Before the answer is sent: after it the client may be faster than the end of the response.
    const answered = (): void => {
      if (isUnderWay) atOnce--
      isUnderWay = false
    }
    response.once('close', answered)
    const work = async (): Promise<void> => {
      const body: unknown = JSON.parse(await readText(incoming))
      const { input, ...settings } = body as { input: string[] } & Record<string, unknown>
      const request = {
        texts: input,
        headers: incoming.headers,
        settings,
        number: requests.length + 1,
      }
      requests.push(request)
      for (const { number, resolve } of waiting) if (number <= requests.length) resolve()
      await answer(request, response, answered)
    }
    work().catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo

  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    requests,
    embedded,
    get mostAtOnce() {
      return mostAtOnce
    },
    arrival(number) {
      return new Promise((resolve) => {
        if (number <= requests.length) resolve()
        else waiting.push({ number, resolve })
      })
    },
    behave(next) {
      behaviour = next
    },
    async distance(texts, vectors) {
      const expected = await embedder.embedDocuments(texts)
      const differences = expected.flatMap((vector, at) =>
        [...vector].map((value, index) => Math.abs(value - (vectors[at]?.[index] ?? Number.NaN))),
      )
      return differences.reduce((largest, difference) => Math.max(largest, difference), 0)
    },
    close() {
      return new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()))
        server.closeAllConnections()
      })
    },
  }
}
