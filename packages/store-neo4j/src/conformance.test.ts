import { describeWithServer } from '@cairn/servers/vitest'
import { graphStoreConformance } from '@cairn/testkit'
import { neo4j } from './neo4j.ts'

describeWithServer('neo4j', 'Neo4j', (server) => {
  graphStoreConformance({
    name: 'neo4j',
    create: async () => {
      const { url, user, password } = server()
      const store = neo4j({ url, auth: { username: user, password } })
      return { store, dispose: () => store.close() }
    },
  })
})
