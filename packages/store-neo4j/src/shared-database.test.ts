import { describeWithServer } from '@cairn/servers/vitest'
import { auth, driver } from 'neo4j-driver'
import { expect, test } from 'vitest'
import { createSamples, openStore } from './graph-samples.test-support.ts'
import { schemaNames } from './schema.ts'

describeWithServer('neo4j', 'a database with data of others in it', (server) => {
  const query = async (
    cypher: string,
    parameters: Record<string, unknown> = {},
  ): Promise<unknown[]> => {
    const { url, user, password } = server()
    await using other = driver(url, auth.basic(user, password), { disableLosslessIntegers: true })
    const { records } = await other.executeQuery(cypher, parameters)
    return records.map((record) => record.get(0))
  }

  test('keeps all of it, also where its labels, types and properties are ours', async () => {
    const store = openStore(server())
    const { repository, id, file, symbol, edge } = createSamples()
    await query(
      `CREATE (f:File:Theirs {id: $id, repository: $repository, owner: 'version', path: 'theirs'})
       CREATE (s:Symbol:Theirs {id: 'theirs', repository: $repository, owner: 'version'})
       CREATE (f)-[:CALLS {repository: $repository, owner: 'edges'}]->(s)`,
      { id: id('file'), repository },
    )
    const theirs = (): Promise<unknown[]> =>
      query(
        'MATCH (n:Theirs {repository: $repository}) RETURN [n.path, labels(n), COUNT { (n)--() }] AS all ORDER BY n.id',
        { repository },
      )
    const before = await theirs()
    expect(before).toHaveLength(2)

    await store.upsert({ nodes: [file('file'), symbol('a')], edges: [edge('a', 'a')] })
    expect(await store.nodes([id('file'), 'theirs'])).toEqual([file('file')])
    expect(await store.owners({ repository, limit: 9 })).toEqual([
      { owner: 'edges', nodes: 0, edges: 1 },
      { owner: 'version', nodes: 2, edges: 0 },
    ])
    expect(await store.deleteOwners(repository, ['edges'])).toEqual({ nodes: 0, edges: 1 })
    expect(await store.removeRepository(repository)).toEqual({ nodes: 2, edges: 0 })
    expect(await theirs()).toEqual(before)
  })

  test('keeps what others hung on our nodes, over a removal and into the next index', async () => {
    const store = openStore(server())
    const { repository, id, symbol } = createSamples()
    await store.upsert({ nodes: [symbol('a')], edges: [] })
    await query(
      `MATCH (a:Cairn {id: $id}) SET a.reviewed = true
       CREATE (:Person {name: 'Ada'})-[:WROTE]->(a)`,
      { id: id('a') },
    )
    const authors = (): Promise<unknown[]> =>
      query('MATCH (p:Person)-[:WROTE]->(a {id: $id}) RETURN [p.name, a.reviewed, a.name]', {
        id: id('a'),
      })

    await store.removeRepository(repository)
    expect(await store.nodes([id('a')])).toEqual([])
    expect(await authors()).toEqual([['Ada', true, null]])
    await store.upsert({ nodes: [symbol('a', 'next version')], edges: [] })
    expect(await authors()).toEqual([['Ada', true, 'a']])
  })

  test('has no node of ours left after a removal', async () => {
    const store = openStore(server())
    const { repository, file, symbol, edge } = createSamples()
    await store.upsert({
      nodes: [file('file'), symbol('a'), symbol('a', 'another version')],
      edges: [edge('file', 'a', { type: 'defines' }), edge('a', 'unresolved'), edge('x', 'y')],
    })
    const ours = (): Promise<unknown[]> =>
      query(
        'MATCH (n) WHERE (n:Cairn OR n:CairnShare) AND (n.repository = $repository OR n.id STARTS WITH $repository) RETURN n.id',
        { repository },
      )
    expect(await ours()).toHaveLength(7)
    expect(await store.removeRepository(repository)).toEqual({ nodes: 3, edges: 3 })
    expect(await ours()).toEqual([])
  })

  test('gets every constraint and index once, however many stores begin at the same time', async () => {
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

  test('is only read from, not changed, by a store that only reads', async () => {
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
})
