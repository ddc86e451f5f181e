import { describeWithServer } from '@cairn/servers/vitest'
import { expect, test } from 'vitest'
import { createSamples, openStore } from './graph-samples.test-support.ts'
import type { ReachedNode } from './walks.ts'

const named = (reached: readonly ReachedNode[]): (string | number)[][] =>
  reached.map(({ node, distance }) => [node.name, distance])

describeWithServer('neo4j', 'questions over more than one edge', (server) => {
  test('callers and callees are found at the shortest distance, within a depth, nearest first', async () => {
    const store = openStore(server())
    const { id, symbol, edge } = createSamples()
    await store.upsert({
      // Those that are equally near come by their id, whichever was written first.
      nodes: ['d', 'c', 'b', 'a'].map((name) => symbol(name)),
      edges: [edge('a', 'b'), edge('b', 'c'), edge('a', 'c'), edge('c', 'd'), edge('d', 'a')],
    })
    expect(named(await store.callers(id('c')))).toEqual([
      ['a', 1],
      ['b', 1],
    ])
    expect(named(await store.callees(id('b')))).toEqual([['c', 1]])
    expect(named(await store.callees(id('b'), { depth: 3 }))).toEqual([
      ['c', 1],
      ['d', 2],
      ['a', 3],
    ])
    expect(named(await store.callers(id('b'), { depth: 20, limit: 2 }))).toEqual([
      ['a', 1],
      ['d', 2],
    ])
    expect(await store.callers(id('unknown'))).toEqual([])
  })

  test('an edge of another type is no call, and what is no node calls nothing', async () => {
    const store = openStore(server())
    const { id, symbol, edge } = createSamples()
    await store.upsert({
      nodes: [symbol('a'), symbol('b')],
      edges: [edge('a', 'b', { type: 'extends' }), edge('gone', 'b')],
    })
    expect(await store.callers(id('b'))).toEqual([])
  })

  test('paths are whole and come shortest first', async () => {
    const store = openStore(server())
    const { id, file, symbol, edge } = createSamples()
    const [defines, long, short] = [
      edge('file', 'a', { type: 'defines' }),
      [edge('a', 'b'), edge('b', 'c')],
      edge('a', 'c'),
    ]
    await store.upsert({
      nodes: [file('file'), symbol('a'), symbol('b'), symbol('c')],
      edges: [defines, ...long, short],
    })
    const paths = await store.paths(id('file'), id('c'))
    expect(paths.map(({ edges }) => edges)).toEqual([
      [defines, short],
      [defines, ...long],
    ])
    expect(paths[0]?.nodes).toEqual([file('file'), symbol('a'), symbol('c')])
    expect(await store.paths(id('file'), id('c'), { limit: 1 })).toHaveLength(1)
    expect(await store.paths(id('file'), id('c'), { maxLength: 1 })).toEqual([])
    expect(await store.paths(id('file'), id('c'), { types: ['calls'] })).toEqual([])
    expect(await store.paths(id('file'), id('c'), { types: [] })).toEqual([])
    expect(await store.paths(id('c'), id('file'))).toEqual([])
  })

  test('a depth, a length or a limit that is no count is refused', async () => {
    const store = openStore(server())
    const calls = [
      store.callers('a', { depth: 0 }),
      store.callers('a', { depth: 21 }),
      store.callees('a', { limit: 1.5 }),
      store.paths('a', 'b', { maxLength: Number.NaN }),
      // A host in JavaScript may pass anything on.
      store.paths('a', 'b', { limit: '1 RETURN 1 //' as unknown as number }),
    ]
    await Promise.all(
      calls.map((call) => expect(call).rejects.toMatchObject({ code: 'INVALID_OPTIONS' })),
    )
  })

  test('the shape of a repository counts its nodes by label and its relationships by type', async () => {
    const store = openStore(server())
    const { repository, file, symbol, edge } = createSamples()
    await store.upsert({
      nodes: [file('file'), symbol('a'), { ...symbol('b'), symbolKind: 'class' }],
      edges: [
        edge('file', 'a', { type: 'defines' }),
        edge('file', 'b', { type: 'defines' }),
        edge('a', 'b'),
        edge('a', 'elsewhere', { type: 'extends' }),
      ],
    })
    expect(await store.shape(repository)).toEqual({
      labels: { Class: 1, File: 1, Function: 1, Repository: 1, Symbol: 2 },
      relationships: { CALLS: 1, CONTAINS: 1, DEFINES: 2, EXTENDS: 1 },
    })
    expect(await store.shape('unknown')).toEqual({ labels: {}, relationships: {} })
  })
})

describeWithServer('neo4j', 'a query of the user', (server) => {
  test('gives nodes, relationships, paths and times as plain data', async () => {
    const store = openStore(server())
    const { repository, id, symbol, edge } = createSamples()
    await store.upsert({ nodes: [symbol('a'), symbol('b')], edges: [edge('a', 'b')] })
    const records = await store.cypher(
      `MATCH path = (a:Function {repository: $repository})-[call:CALLS]->(b)
       RETURN a, call, path, date('2026-11-26') AS day, {lines: [a.startLine, 2.5]} AS map LIMIT $limit`,
      { repository, limit: 1 },
    )
    const properties = {
      id: id('a'),
      owner: 'version',
      repository,
      name: 'a',
      path: 'src/session.ts',
      symbolPath: 'a',
      kind: 'function',
      startLine: 12,
      endLine: 30,
    }
    const a = { labels: ['Cairn', 'Symbol', 'Function'], properties }
    const call = {
      type: 'CALLS',
      properties: { repository, owner: 'edges', resolution: 'scope', line: 7 },
    }
    expect(records).toEqual([
      {
        a,
        call,
        path: {
          nodes: [
            a,
            { ...a, properties: { ...properties, id: id('b'), name: 'b', symbolPath: 'b' } },
          ],
          relationships: [call],
        },
        day: '2026-11-26',
        map: { lines: [12, 2.5] },
      },
    ])
  })

  test.each([
    'CREATE (:Cairn {id: "mine"})',
    'MATCH (n:Cairn) SET n.name = "mine"',
    'MATCH (n) DETACH DELETE n',
    'MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS',
    'CREATE INDEX mine FOR (n:Cairn) ON (n.name)',
    'DROP CONSTRAINT cairn_id',
    'CALL db.createLabel("Mine")',
    'ALTER CURRENT USER SET PASSWORD FROM "a" TO "b"',
  ])('that would write is refused and changes nothing: %s', async (query) => {
    const store = openStore(server())
    const { id, symbol } = createSamples()
    await store.upsert({ nodes: [symbol('a')], edges: [] })
    await expect(store.cypher(query)).rejects.toMatchObject({
      code: 'STORE_READ_ONLY',
      recoverable: false,
    })
    expect(await store.nodes([id('a')])).toEqual([symbol('a')])
  })

  test('that is no Cypher is answered with what Neo4j says of it', async () => {
    const store = openStore(server())
    await expect(store.cypher('MATCH (n RETURN n')).rejects.toMatchObject({
      code: 'STORE_FAILED',
      recoverable: false,
      message: expect.stringContaining('Neo4j does not take the query'),
    })
  })
})
