import { startNeo4j } from '@cairn/servers'
import { neo4j } from '@cairn/store-neo4j'
import { type NetworkSubject, portOf } from './network-subject.ts'

/** The graph in a Neo4j server. */
export async function neo4jSubject(): Promise<NetworkSubject> {
  const server = await startNeo4j()
  const auth = { username: server.user, password: server.password }
  const direct = neo4j({ url: server.url, auth })
  return {
    name: 'Neo4j',
    waitedFor: 'the graph store neo4j',
    port: portOf(server.url),
    embedded: null,
    slowFaults: [],
    async reach(port, timeoutMs) {
      const graph = neo4j({
        url: `bolt://127.0.0.1:${port}`,
        auth,
        connectTimeoutMs: timeoutMs,
        timeoutMs,
        retryMs: 0,
      })
      return { storage: { graph }, close: () => graph.close() }
    },
    stores: () => ({ neo4j: { url: server.url, auth } }),
    async clear(repository) {
      await direct.removeRepository(repository)
    },
    async close() {
      await direct.close()
      await server.stop()
    },
  }
}
