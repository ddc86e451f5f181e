import { randomUUID } from 'node:crypto'
import { startChroma } from '@cairn/servers'
import { chroma } from '@cairn/store-chroma'
import { type NetworkSubject, portOf } from './network-subject.ts'

/** Vectors in a Chroma server. */
export async function chromaSubject(): Promise<NetworkSubject> {
  const server = await startChroma()
  return {
    name: 'Chroma',
    waitedFor: 'the vector store chroma',
    port: portOf(server.url),
    embedded: null,
    slowFaults: [],
    async reach(port, timeoutMs) {
      const vectors = chroma({
        url: `http://127.0.0.1:${port}`,
        // A run finds nothing of those before it.
        collectionPrefix: `trial-${randomUUID()}-`,
        timeoutMs,
      })
      return { storage: { vectors }, close: () => vectors.close() }
    },
    stores: () => ({ chroma: { url: server.url, collectionPrefix: `trial-${randomUUID()}-` } }),
    clear: async () => undefined,
    close: () => server.stop(),
  }
}
