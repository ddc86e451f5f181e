/**
 * Rows per second that the Neo4j graph store writes, against bare `UNWIND` batches that merge the same
 * nodes and relationships by the same key, at several sizes; both in the same run, alternately.
 *
 *     pnpm bench:neo4j [--rounds N] [--nodes N]
 */
import { parseArgs } from 'node:util'
import { startNeo4j } from '@cairn/servers'
import { neo4j } from '@cairn/store-neo4j'
import type { GraphEdge, GraphNode, GraphRows } from 'cairn'
import { auth, type Driver, driver, int } from 'neo4j-driver'
import { corpora } from './corpus.ts'
import { repositoryOf } from './git-repository.ts'
import { graphRowsOf } from './graph-rows.ts'
import { markdownTable } from './markdown-table.ts'

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    nodes: { type: 'string', default: 'Infinity' },
  },
})
const rounds = Number(values.rounds)
const bareSizes = [1_000, 2_000, 5_000, 10_000]

/** Seconds for nodes and for edges. */
interface Seconds {
  readonly nodes: number
  readonly edges: number
}

const [corpus] = corpora
if (!corpus) throw new Error('no corpus')
const rows = firstNodes(await graphRowsOf(repositoryOf(corpus)), Number(values.nodes))
const server = await startNeo4j({ onFetch: (what) => console.log(`Fetching ${what}, once …`) })
try {
  const bare = driver(server.url, auth.basic(server.user, server.password))
  const store = neo4j({
    url: server.url,
    auth: { username: server.user, password: server.password },
  })
  await bare.executeQuery(
    'CREATE CONSTRAINT bare IF NOT EXISTS FOR (n:Bare) REQUIRE n.id IS UNIQUE',
  )
  // Both compile their statements, and the server its own code.
  await writeByStore(rows)
  await writeBare(bare, rows, 5_000)
  const results = new Map<string, Seconds[]>()
  const keep = (name: string, seconds: Seconds): void => {
    results.set(name, [...(results.get(name) ?? []), seconds])
    console.log(name, seconds)
  }
  for (let round = 0; round < rounds; round++) {
    for (const size of bareSizes) keep(`bare, ${size}`, await writeBare(bare, rows, size))
    keep(`cairn, ${store.maxBatch}`, await writeByStore(rows))
  }
  await store.close()
  await bare.close()
  console.log(
    `${rows.nodes.length} nodes, ${rows.edges.length} edges of ${corpus.name}; Neo4j ${server.version}; best of ${rounds} rounds\n`,
  )
  console.log(markdownTable(table(results)))

  /** As a run does: nodes first, in whole batches. */
  async function writeByStore({ nodes, edges }: GraphRows): Promise<Seconds> {
    const repository = nodes[0]?.repository ?? ''
    await store.removeRepository(repository)
    const nodeSeconds = await secondsOf(async () => {
      for (const batch of batches(nodes, store.maxBatch)) {
        await store.upsert({ nodes: batch, edges: [] })
      }
    })
    const edgeSeconds = await secondsOf(async () => {
      for (const batch of batches(edges, store.maxBatch)) {
        await store.upsert({ nodes: [], edges: batch })
      }
    })
    return { nodes: nodeSeconds, edges: edgeSeconds }
  }
} finally {
  await server.stop()
}

/** So many nodes, and the edges between them. */
function firstNodes({ nodes, edges }: GraphRows, count: number): GraphRows {
  const first = nodes.slice(0, count)
  const ids = new Set(first.map(({ id }) => id))
  return { nodes: first, edges: edges.filter(({ from, to }) => ids.has(from) && ids.has(to)) }
}

async function writeBare(
  bare: Driver,
  { nodes, edges }: GraphRows,
  size: number,
): Promise<Seconds> {
  const clearing = bare.session()
  await clearing.run('MATCH (n:Bare) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS')
  await clearing.close()
  const write = async (statement: string, batch: readonly unknown[]): Promise<void> => {
    const session = bare.session()
    try {
      await session.executeWrite((transaction) => transaction.run(statement, { rows: batch }))
    } finally {
      await session.close()
    }
  }
  const nodeSeconds = await secondsOf(async () => {
    for (const [kind, own] of groups(nodes, (node) => node.symbolKind ?? node.kind)) {
      for (const batch of batches(own, size)) {
        await write(
          `UNWIND $rows AS row MERGE (n:Bare {id: row.id}) SET n:\`${kind}\`, n += row`,
          batch.map(bareNode),
        )
      }
    }
  })
  const edgeSeconds = await secondsOf(async () => {
    for (const [type, own] of groups(edges, (edge) => edge.type)) {
      for (const batch of batches(own, size)) {
        await write(
          `UNWIND $rows AS row
           MATCH (from:Bare {id: row.from}) MATCH (to:Bare {id: row.to})
           MERGE (from)-[r:\`${type}\`]->(to) SET r += row.properties`,
          batch.map(bareEdge),
        )
      }
    }
  })
  return { nodes: nodeSeconds, edges: edgeSeconds }
}

function bareNode({ startLine, endLine, ...node }: GraphNode): object {
  return {
    ...node,
    startLine: startLine === null ? null : int(startLine),
    endLine: endLine === null ? null : int(endLine),
  }
}

function bareEdge({ from, to, line, owner, repository, resolution }: GraphEdge): object {
  const properties = { owner, repository, resolution, line: line === null ? null : int(line) }
  return { from, to, properties }
}

function groups<Row>(list: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const found = new Map<string, Row[]>()
  for (const row of list) {
    const group = found.get(key(row))
    if (group) group.push(row)
    else found.set(key(row), [row])
  }
  return found
}

function* batches<Row>(list: readonly Row[], size: number): Generator<readonly Row[]> {
  for (let start = 0; start < list.length; start += size) yield list.slice(start, start + size)
}

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const start = performance.now()
  await work()
  return (performance.now() - start) / 1_000
}

// The best round of each: what else the machine does only ever takes time.
function table(results: ReadonlyMap<string, readonly Seconds[]>): Record<string, string>[] {
  const measured = [...results].map(([name, list]) => ({
    name,
    nodes: Math.min(...list.map(({ nodes }) => nodes)),
    edges: Math.min(...list.map(({ edges }) => edges)),
    total: Math.min(...list.map(({ nodes, edges }) => nodes + edges)),
  }))
  const best = Math.min(
    ...measured.filter(({ name }) => name.startsWith('bare')).map(({ total }) => total),
  )
  return measured.map(({ name, nodes, edges, total }) => ({
    'written by, rows a batch': name,
    'nodes/s': Math.round(rows.nodes.length / nodes).toString(),
    'edges/s': Math.round(rows.edges.length / edges).toString(),
    'rows/s': Math.round((rows.nodes.length + rows.edges.length) / total).toString(),
    'of the best bare': (best / total).toFixed(2),
  }))
}
