/** The graph in a real Neo4j: the same as in SQLite, whatever happens to the repository or the server. */
import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { GraphEdge, GraphNode, GraphStore, Storage } from '@cairn/core'
import { decodeGraph } from '@cairn/core/encoded-graph'
import { type RunningNeo4j, startNeo4j } from '@cairn/servers'
import { describeWithOwnServer } from '@cairn/servers/vitest'
import { type Neo4jGraph, neo4j } from '@cairn/store-neo4j'
import { sqlite } from '@cairn/store-sqlite'
import { auth, driver } from 'neo4j-driver'
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createWorkbench, type Opened, shop, type Workbench, writeFiles } from './fixture.ts'

const project: Readonly<Record<string, string>> = {
  ...shop,
  'admin/report.py':
    'from shop.prices import parse_price\n\n\ndef report(text):\n    return parse_price(text)\n',
  'shop/items.py':
    'class Base:\n    def name(self):\n        return ""\n\n\nclass Item(Base):\n    def label(self):\n        return self.name()\n',
  'web/first.ts':
    "import { readFile } from 'node:fs/promises'\nimport { second } from './second.ts'\nexport const first = () => second(readFile)\n",
  'web/second.ts':
    "import { readFile } from 'node:fs/promises'\nimport { first } from './first.ts'\nexport const second = (read: unknown) => first() ?? read ?? readFile\n",
}

let bench: Workbench
beforeEach(() => {
  bench = createWorkbench()
})
afterEach(() => bench.close())

interface Graphs {
  readonly embedded: Opened
  readonly server: Opened
  readonly graph: Neo4jGraph
  /** Ids of everything that was ever written. */
  readonly ids: ReadonlySet<string>
}

/** Two indexers, one with its graph in SQLite and one with its graph in Neo4j. */
function openBoth({ url, user, password }: RunningNeo4j): Graphs {
  const ids = new Set<string>()
  const graph = neo4j({ url, auth: { username: user, password } })
  onTestFinished(() => graph.close())
  return {
    embedded: openWith('embedded', (graphInFile) => ({
      ...graphInFile,
      upsert: async (rows, options) => {
        const { nodes, edges } = 'parts' in rows ? decodeGraph(rows) : rows
        for (const { id } of nodes) ids.add(id)
        for (const { from, to } of edges) ids.add(from).add(to)
        await graphInFile.upsert(rows, options)
      },
    })),
    server: openWith('server', () => graph),
    graph,
    ids,
  }
}

function openWith(
  data: string,
  graphOf: (embedded: GraphStore) => GraphStore,
  limits: { readonly retries?: number } = {},
): Opened {
  const embedded = sqlite({ path: join(bench.folder, data, 'cairn.db') })
  onTestFinished(() => embedded.close())
  const storage: Storage = { ...embedded, graph: graphOf(embedded.graph) }
  return bench.open({ data, storage, limits })
}

/** Every row of a graph, in one order. */
async function contents(
  graph: GraphStore,
  repository: string,
  ids: ReadonlySet<string>,
): Promise<{ nodes: GraphNode[]; edges: GraphEdge[]; rest: unknown }> {
  const neighbours = await Promise.all(
    [...ids].map((id) => graph.neighbours(id, { direction: 'out', limit: 9_999 })),
  )
  // An edge comes once for each row of the node at its other end.
  const edges = new Map(neighbours.flat().map(({ edge }) => [JSON.stringify(inOrder(edge)), edge]))
  return {
    nodes: (await graph.nodes([...ids])).sort(byText),
    edges: [...edges.values()].sort(byText),
    rest: [
      await graph.owners({ repository, limit: 9_999 }),
      await graph.danglingEdges({ repository, limit: 9_999 }),
    ],
  }
}

function inOrder(row: object): unknown {
  return Object.entries(row).sort(([left], [right]) => (left < right ? -1 : 1))
}

function byText(left: object, right: object): number {
  const [one, two] = [JSON.stringify(inOrder(left)), JSON.stringify(inOrder(right))]
  return one < two ? -1 : one > two ? 1 : 0
}

async function indexBoth({ embedded, server }: Graphs, path: string): Promise<void> {
  for (const { indexer } of [embedded, server]) await indexer.index({ path }).finished
}

async function expectSame({ embedded, graph, ids }: Graphs, repository: string): Promise<number> {
  const expected = await contents(embedded.storage.graph, repository, ids)
  expect(await contents(graph, repository, ids)).toEqual(expected)
  return expected.edges.length
}

describeWithOwnServer('the graph in Neo4j', startNeo4j, (server) => {
  test('is edge for edge that of SQLite, after the first run, after edits and after a removal', async () => {
    const graphs = openBoth(server())
    const path = bench.repository('shop', project)
    await indexBoth(graphs, path)
    expect(await expectSame(graphs, 'shop')).toBeGreaterThan(20)

    writeFiles(path, {
      'shop/prices.py': '\n\ndef parse_price(text):\n    return int(text)\n',
      'shop/orders.py': 'from .cart import Cart\n\n\ndef order():\n    return Cart()\n',
      'web/first.ts': 'export const first = () => undefined\n',
    })
    rmSync(join(path, 'web/retry.ts'))
    await indexBoth(graphs, path)
    expect(await expectSame(graphs, 'shop')).toBeGreaterThan(20)
    expect(await graphs.server.indexer.reconcile('shop')).toMatchObject({ ok: true })

    const callers = async ({ indexer }: Opened): Promise<string[]> => {
      const { hits } = await indexer.search('parse_price', { neighbours: true })
      return (hits[0]?.neighbours?.callers ?? []).map(({ symbol }) => symbol ?? '').sort()
    }
    expect(await callers(graphs.server)).toEqual(['Cart.add', 'report'])
    expect(await callers(graphs.embedded)).toEqual(['Cart.add', 'report'])

    const removed = await graphs.server.indexer.remove('shop')
    expect(removed).toEqual(await graphs.embedded.indexer.remove('shop'))
    expect(await expectSame(graphs, 'shop')).toBe(0)
    expect(
      await graphs.graph.cypher('MATCH (n) WHERE n:Cairn OR n:CairnShare RETURN count(n) AS left'),
    ).toEqual([{ left: 0 }])
  })

  test('rows that another client deleted, added or altered are named and put right', async () => {
    const { url, user, password } = server()
    const graphs = openBoth(server())
    await indexBoth(graphs, bench.repository('shop', project))
    await using other = driver(url, auth.basic(user, password))
    const { indexer } = graphs.server
    const tamperings: readonly (readonly [
      cypher: string,
      kind: 'missing' | 'orphan' | 'altered',
    ])[] = [
      ["MATCH (n:Cairn:Symbol {name: 'parse_price'}) DETACH DELETE n", 'missing'],
      ["MATCH (n:Cairn:Symbol {name: 'label'}) SET n.name = 'other', n.startLine = 99", 'altered'],
      ["MATCH (n:Cairn:Symbol {name: 'label'}) SET n.repository = 'elsewhere'", 'missing'],
      ['MATCH (:Cairn)-[r:CALLS]->(:Cairn) DELETE r', 'missing'],
      ['MATCH (:Cairn)-[r:IMPORTS]->(:Cairn) SET r.line = 99', 'altered'],
      [
        `MATCH (a:Cairn)-[r:IMPORTS]->(b:Cairn) WITH a, b, r LIMIT 1
         CREATE (b)-[:EXTENDS {owner: r.owner, repository: r.repository, resolution: 'scope', line: 1}]->(a)`,
        'altered',
      ],
      [
        "CREATE (:Cairn:Symbol {id: 'stray', owner: 'stray', repository: 'shop', name: 'stray'})",
        'orphan',
      ],
    ]
    for (const [cypher, kind] of tamperings) {
      await other.executeQuery(cypher)
      const found = await indexer.reconcile('shop')
      expect([cypher, found.ok, found[kind].map(({ store }) => store)]).toEqual([
        cypher,
        true,
        expect.arrayContaining(['graph']),
      ])
      await expectSame(graphs, 'shop')
    }
    expect(await graphs.graph.nodes(['stray'])).toEqual([])
    await indexer.remove('shop')
  })

  test('answers each of the queries of its documentation', async () => {
    const { server: opened, graph } = openBoth(server())
    await opened.indexer.index({ path: bench.repository('shop', project) }).finished
    const page = readFileSync(join(import.meta.dirname, '../../../docs/graph-model.md'), 'utf8')
    const queries = [...page.matchAll(/\*\*(.+?)\*\*[^`]*?```cypher\n([\s\S]*?)```/g)]
    expect(queries).toHaveLength(10)
    const parameters = {
      repository: 'shop',
      symbol: 'parse_price',
      caller: 'Cart.add',
      type: 'Base',
    }
    const unanswered: string[] = []
    for (const { 1: title = '', 2: query = '' } of queries) {
      if ((await graph.cypher(query, parameters)).length === 0) unanswered.push(title)
    }
    expect(unanswered).toEqual([])
    await opened.indexer.remove('shop')
  })

  test('is whole after its server was killed in the middle of a write and started again', async () => {
    const files = Object.fromEntries(
      Array.from({ length: 200 }, (_, index) => [
        `src/file${index}.ts`,
        `import { step${index + 1} } from './file${index + 1}.ts'\nexport function step${index}() {\n  return step${index + 1}()\n}\n`,
      ]),
    )
    const path = bench.repository('steps', files)
    const { embedded, graph, ids } = openBoth(server())
    const acknowledged = new Set<string>()
    let writes = 0
    const dying: GraphStore = {
      ...graph,
      upsert: async (rows, options) => {
        const isLast = ++writes === 4
        const written = graph.upsert(rows, options)
        await Promise.all([written, isLast ? server().kill() : undefined])
        const { nodes } = 'parts' in rows ? decodeGraph(rows) : rows
        for (const { id } of nodes) acknowledged.add(id)
      },
    }
    const { indexer } = openWith('dying', () => dying, { retries: 20 })
    const run = indexer.index({ path })
    const survivors = new Promise<{ before: string[]; after: string[] }>((resolve, reject) => {
      run.on('health.changed', ({ health }) => {
        if (health.state !== 'waiting') return
        const before = [...acknowledged].sort()
        server()
          .restart()
          .then(() => graph.nodes(before))
          .then((nodes) => resolve({ before, after: nodes.map(({ id }) => id).sort() }), reject)
      })
    })
    const [{ before, after }, result] = await Promise.all([survivors, run.finished])
    expect(before.length).toBeGreaterThan(0)
    expect(after).toEqual(before)
    expect(result.files.indexed).toBe(200)

    await embedded.indexer.index({ path }).finished
    expect(await contents(graph, 'steps', ids)).toEqual(
      await contents(embedded.storage.graph, 'steps', ids),
    )
    expect(await indexer.reconcile('steps')).toMatchObject({ ok: true })
  })
})
