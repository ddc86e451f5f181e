import { createHash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import type { GraphStore, Journal, LedgerFile, Storage } from '@cairn/core'

/** What stores hold, by a name that says what it is: two indexes of the same files have the same. */
export type StoredContent = ReadonlyMap<string, string>

const page = 2_000

/** Everything that counts of a repository, in every store, by id; null where it is not indexed. */
export async function contentOf(
  storage: Storage,
  repository: string,
): Promise<StoredContent | null> {
  const { journal, vectors, graph } = storage
  const indexed = await journal.ledger.repository(repository)
  if (!indexed) return null
  const { fingerprint, dimensions } = indexed.embedder
  const space = { fingerprint, dimensions }
  const content = new Map<string, string>()
  for (const file of await ledgerFiles(journal, repository)) {
    content.set(`file ${file.path}`, JSON.stringify(file))
  }
  for (let after: string | undefined; ; ) {
    const ids: string[] = await vectors.ids(space, { repository, ...from(after) })
    const found = await vectors.get(space, ids)
    const texts = await journal.text.chunks(ids)
    for (const [index, id] of ids.entries()) {
      content.set(`vector ${id}`, digest(found[index]))
      content.set(`text ${id}`, digest(JSON.stringify(texts[index])))
    }
    after = ids.at(-1)
    if (ids.length < page) break
  }
  for (let after: string | undefined; ; ) {
    const owners = await graph.owners({ repository, ...from(after) })
    for (const { owner, nodes, edges } of owners)
      content.set(`owner ${owner}`, `${nodes} nodes, ${edges} edges`)
    after = owners.at(-1)?.owner
    if (owners.length < page) break
  }
  for (const id of await journal.text.unindexed(repository, page))
    content.set(`unfindable ${id}`, '')
  return content
}

/** The files of a repository, as the ledger has them. */
export async function ledgerFiles(
  { ledger }: Pick<Journal, 'ledger'>,
  repository: string,
): Promise<LedgerFile[]> {
  const all: LedgerFile[] = []
  for (let after: string | undefined; ; ) {
    const files: LedgerFile[] = await ledger.files(repository, from(after))
    all.push(...files)
    after = files.at(-1)?.path
    if (files.length < page) return all
  }
}

/** The edges of a graph and the nodes at their ends, as the store gives them. */
export async function graphContentOf(
  graph: GraphStore,
  repository: string,
): Promise<StoredContent> {
  const content = new Map<string, string>()
  for (let after: string | undefined; ; ) {
    const owners = await graph.owners({ repository, ...from(after) })
    const edges = await graph.edges(
      repository,
      owners.map(({ owner }) => owner),
    )
    for (const edge of edges) {
      content.set(`edge ${edge.type} ${edge.from} ${edge.to} of ${edge.owner}`, inOrder(edge))
    }
    const ends = new Set(edges.flatMap(({ from, to }) => [from, to]))
    for (const node of await graph.nodes([...ends])) {
      content.set(`node ${node.id} of ${node.owner}`, inOrder(node))
    }
    after = owners.at(-1)?.owner
    if (owners.length < page) return content
  }
}

/** The graph of a store in one file, row by row, read past the store's own code. */
export function graphRowsOf(path: string): StoredContent {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const nodes = database.prepare(
      `select i.name as id, o.owner, n.kind, n.name, n.path, n.symbol_path, n.symbol_kind, n.start_line, n.end_line
       from graph_nodes n join graph_owners o on o.id = n.owner join graph_ids i on i.id = n.node`,
    )
    const edges = database.prepare(
      `select o.owner, e.type, s.name as source, t.name as target, e.resolution, e.line
       from graph_edges e join graph_owners o on o.id = e.owner
       join graph_ids s on s.id = e.source join graph_ids t on t.id = e.target`,
    )
    const content = new Map<string, string>()
    for (const row of nodes.all())
      content.set(`node ${row.id} of ${row.owner}`, JSON.stringify(row))
    for (const row of edges.all()) {
      content.set(
        `edge ${row.type} ${row.source} ${row.target} of ${row.owner}`,
        JSON.stringify(row),
      )
    }
    return content
  } finally {
    database.close()
  }
}

/** What one of two has and the other has not, or has otherwise. */
export function differences(one: StoredContent, other: StoredContent): string[] {
  const names = new Set([...one.keys(), ...other.keys()])
  return [...names].filter((name) => one.get(name) !== other.get(name))
}

/** A row as text, whatever the order of its members. */
function inOrder(row: object): string {
  return JSON.stringify(Object.entries(row).sort(([one], [other]) => (one < other ? -1 : 1)))
}

function from(after: string | undefined): { limit: number; after?: string } {
  return after === undefined ? { limit: page } : { limit: page, after }
}

function digest(value: Float32Array | string | null | undefined): string {
  if (value === null || value === undefined) return 'none'
  const bytes =
    typeof value === 'string'
      ? value
      : new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
  return createHash('sha256').update(bytes).digest('base64')
}
