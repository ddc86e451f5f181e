import { staticEmbedder } from '@cairn/embedder-static'
import { type EmbeddingsServer, startEmbeddingsServer } from '@cairn/testkit/embeddings-server'
import { afterAll, afterEach, beforeAll, beforeEach } from 'vitest'
import { type OpenaiCompatibleOptions, openaiCompatible } from './openai-compatible.ts'
import type { RemoteEmbedder } from './remote-embedder.ts'

/** The model behind the server, whose vectors are what an answer should hold. */
export const model = staticEmbedder({ threads: 1 })

/** A key that must be nowhere but in a request's header. */
export const apiKey = 'sk_secret_key_of_the_test'

/** A server of one test. */
export interface LocalServer {
  /** The server; a new one for every test. */
  readonly server: EmbeddingsServer
  /** An embedder of the server, closed after the test; it knows its dimensions. */
  open(options?: Partial<OpenaiCompatibleOptions>): Promise<RemoteEmbedder>
}

/** Registers hooks that start a server before every test of a file and end it after. */
export function localServer(): LocalServer {
  let server: EmbeddingsServer | undefined
  const opened: RemoteEmbedder[] = []
  const running = (): EmbeddingsServer => {
    if (server === undefined) throw new Error('The server runs in tests only.')
    return server
  }
  beforeAll(async () => {
    // The table is read before the first request, whose time limit may be short.
    await model.embedQuery('ready')
  })
  beforeEach(async () => {
    server = await startEmbeddingsServer(model)
  })
  afterEach(async () => {
    for (const embedder of opened.splice(0)) await embedder.close?.()
    await server?.close()
  })
  afterAll(async () => {
    await model.close?.()
  })
  return {
    get server() {
      return running()
    },
    async open(options = {}) {
      const embedder = await openaiCompatible({
        baseUrl: running().baseUrl,
        model: 'static',
        apiKey,
        dimensions: model.dimensions,
        ...options,
      })
      opened.push(embedder)
      return embedder
    },
  }
}
