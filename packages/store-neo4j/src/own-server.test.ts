import { startNeo4j } from '@cairn/servers'
import { describeWithOwnServer } from '@cairn/servers/vitest'
import { auth, driver } from 'neo4j-driver'
import { expect, test } from 'vitest'
import { createSamples, openStore } from './graph-samples.test-support.ts'
import { schemaNames } from './schema.ts'

const settings: Record<string, string> = { 'db.memory.transaction.max': '24m' }

describeWithOwnServer(
  'a Neo4j alone',
  () => startNeo4j({ settings }),
  (server) => {
    const query = async (cypher: string): Promise<unknown[]> => {
      const { url, user, password } = server()
      await using other = driver(url, auth.basic(user, password))
      return (await other.executeQuery(cypher)).records.map((record) => record.get(0))
    }

    test('a database gets every constraint and index once, however many stores begin at the same time', async () => {
      for (const [name] of (await query(
        `SHOW INDEXES YIELD name, owningConstraint WHERE name STARTS WITH 'cairn_'
       RETURN [name, owningConstraint]`,
      )) as [string, string | null][]) {
        await query(`DROP CONSTRAINT ${name} IF EXISTS`)
        await query(`DROP INDEX ${name} IF EXISTS`)
      }
      const samples = Array.from({ length: 4 }, createSamples)
      const stores = samples.map(() => openStore(server()))
      await Promise.all(
        stores.map((store, index) =>
          store.upsert({
            nodes: [samples[index]?.symbol('a')].flatMap((node) => node ?? []),
            edges: [],
          }),
        ),
      )
      expect(
        await query(
          `SHOW INDEXES YIELD name, state WHERE name STARTS WITH 'cairn_' AND state = 'ONLINE'
         RETURN name ORDER BY name`,
        ),
      ).toEqual([...schemaNames].sort())
    })

    test('a database is only read from, not changed, by a store that only reads', async () => {
      const names = await query('SHOW INDEXES YIELD name RETURN name ORDER BY name')
      await query('DROP INDEX cairn_share_owner IF EXISTS')
      const store = openStore(server())
      expect(await store.nodes(['unknown'])).toEqual([])
      expect(await query('SHOW INDEXES YIELD name RETURN name ORDER BY name')).toEqual(
        names.filter((name) => name !== 'cairn_share_owner'),
      )
      await openStore(server()).upsert({ nodes: [createSamples().symbol('a')], edges: [] })
      expect(await query('SHOW INDEXES YIELD name RETURN name ORDER BY name')).toEqual(names)
    })

    test('what does not fit into one transaction is written and deleted in smaller ones', async () => {
      const store = openStore(server(), { retryMs: 0 })
      const { repository, symbol, edge } = createSamples()
      const names = Array.from({ length: 2_500 }, (_, index) => `symbol ${index}`)
      // 50 MB.
      const symbolPath = 'x'.repeat(20_000)
      await store.upsert({
        nodes: names.map((name) => ({ ...symbol(name), symbolPath })),
        edges: names.map((name) => edge(name, 'symbol 0')),
      })
      expect(await store.owners({ repository, limit: 9 })).toEqual([
        { owner: 'edges', nodes: 0, edges: 2_500 },
        { owner: 'version', nodes: 2_500, edges: 0 },
      ])
      expect(await store.removeRepository(repository)).toEqual({ nodes: 2_500, edges: 2_500 })
    })

    test('what fits into no transaction is told with the setting', async () => {
      const store = openStore(server(), { retryMs: 0 })
      const { symbol } = createSamples()
      const calls = [
        store.upsert({ nodes: [{ ...symbol('a'), name: 'x'.repeat(50_000_000) }], edges: [] }),
        store.cypher('UNWIND range(1, 1000000) AS n RETURN collect(n)'),
      ]
      await Promise.all(
        calls.map((call) =>
          expect(call).rejects.toMatchObject({
            name: 'StoreError',
            code: 'STORE_FAILED',
            recoverable: false,
            message: expect.stringContaining('db.memory.transaction.max'),
          }),
        ),
      )
    })

    test('a database that nobody may write to is read from, and a write is refused with the setting', async () => {
      settings['server.databases.read_only'] = 'neo4j'
      await server().restart()
      const store = openStore(server())
      expect(await store.nodes(['a'])).toEqual([])
      expect(await store.cypher('MATCH (n:Nothing) RETURN count(n) AS count')).toEqual([
        { count: 0 },
      ])
      const write = store.upsert({ nodes: [createSamples().symbol('a')], edges: [] })
      await expect(write).rejects.toMatchObject({
        code: 'STORE_READ_ONLY',
        recoverable: false,
        message: expect.stringContaining('server.databases.read_only'),
      })
    })
  },
)
