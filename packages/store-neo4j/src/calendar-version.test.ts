import { startNeo4j } from '@cairn/servers'
import { describeWithOwnServer } from '@cairn/servers/vitest'
import { expect, test } from 'vitest'
import { createSamples, openStore } from './graph-samples.test-support.ts'

// The whole suite runs on the LTS version, and on this one with CAIRN_NEO4J=2026: to start a second server
// and to run it twice takes longer than what differs between them is worth.
describeWithOwnServer(
  'the current calendar version of Neo4j',
  () => startNeo4j({ version: '2026' }),
  (server) => {
    test('is written to, read from, asked in Cypher, and cleared', async () => {
      const store = openStore(server())
      const { repository, id, file, symbol, edge } = createSamples()
      expect(
        await store.cypher(
          `CALL dbms.components() YIELD name, versions WHERE name = 'Neo4j Kernel'
           RETURN versions[0] AS version`,
        ),
      ).toEqual([{ version: server().version }])

      const nodes = [file('file'), symbol('a'), symbol('b'), symbol('old', 'former')]
      const edges = [edge('a', 'b'), edge('b', 'a', { type: 'imports' })]
      await store.upsert({ nodes, edges })
      await store.upsert({ nodes, edges })
      expect(await store.nodes(nodes.map((node) => node.id))).toEqual(nodes)
      expect(
        await store.neighbours(id('a'), { direction: 'out', types: ['calls'], limit: 9 }),
      ).toEqual([{ edge: edges[0], node: symbol('b') }])
      expect(await store.deleteOwners(repository, ['former'])).toEqual({ nodes: 1, edges: 0 })
      expect(await store.owners({ repository, limit: 9 })).toEqual([
        { owner: 'edges', nodes: 0, edges: 2 },
        { owner: 'version', nodes: 3, edges: 0 },
      ])
      expect(await store.removeRepository(repository)).toEqual({ nodes: 3, edges: 2 })
      expect(await store.owners({ repository, limit: 9 })).toEqual([])
    })
  },
)
