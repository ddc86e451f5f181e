import { describeWithServer } from '@cairn/servers/vitest'
import { auth, driver } from 'neo4j-driver'
import { expect, test } from 'vitest'
import { createSamples, openStore } from './graph-samples.test-support.ts'

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
})
