/** Rows of every table of a store that another program deleted, added or altered. */
import { cpSync, mkdirSync, renameSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Embedder, Storage } from '@cairn/core'
import { staticEmbedder } from '@cairn/embedder-static'
import type { SearchHit } from '@cairn/protocol'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import {
  createWorkbench,
  failing,
  type Opened,
  shop,
  type Workbench,
  writeFiles,
} from './fixture.ts'

/** What one change does. */
interface Tampering {
  readonly sql: string
  /** What reconciling calls it: each of these is among what it names. */
  readonly finds: readonly `${'missing' | 'orphan' | 'altered'} ${'vectors' | 'graph' | 'text' | 'ledger' | 'cache'}`[]
  /**
   * Who puts it right. Where the ledger does not know the repository any more, there is nothing to compare
   * with, and indexing again is all it takes.
   * @default 'reconcile'
   */
  readonly healedBy?: 'reconcile' | 'index'
  /** Texts that have to be embedded again, where the cache itself was hurt. @default 0 */
  readonly embeds?: number
  /** Whether only a process that opens the file sees it. */
  readonly reopens?: boolean
}

/** Where the table holds nothing that an index is made of, why. */
type Harmless = { readonly holds: string; readonly sql: readonly string[] }

type Ways = Readonly<Record<'delete' | 'add' | 'alter', Tampering>>

const aVersion = "(select version from ledger_files where path = 'shop/cart.py')"
const history =
  'what happened: no row of an index is made from it, and there is nothing to compare it with'
const aRun = 'the plan of a run: the next one begins with a new plan'

const tables: Readonly<Record<string, Ways | Harmless>> = {
  meta: {
    holds: 'the name of the event log',
    sql: [
      'delete from meta',
      "insert into meta values ('stray', '1')",
      "update meta set value = 'other'",
    ],
  },
  tasks: { holds: history, sql: ['update tasks set embedded_chunks = 9', 'delete from tasks'] },
  events: { holds: history, sql: ["update events set data = '{}'", 'delete from events'] },
  stage_runs: {
    holds: history,
    sql: ['update stage_runs set seconds = 9', 'delete from stage_runs'],
  },
  file_records: {
    holds: history,
    sql: ['update file_records set seq = 9', 'delete from file_records'],
  },
  plans: { holds: aRun, sql: ["update plans set run_id = run_id || 'x'", 'delete from plans'] },
  plan_files: {
    holds: aRun,
    sql: ["update plan_files set action = 'delete'", 'delete from plan_files'],
  },
  staged_files: {
    holds: aRun,
    sql: [
      `insert into staged_files select 'run', path, version, edge_set, language, size, content_hash, 99,
         failed_chunks, node_count, symbol_count, edge_set_nodes, edge_set_edges, syntax_errors, checksum
       from ledger_files where true on conflict do nothing`,
    ],
  },
  garbage_versions: {
    holds: 'what is to be deleted: of what is live the next run writes again what it took',
    sql: [
      'insert into garbage_versions select repository, version, (select fingerprint from spaces), 256, chunk_count from ledger_files',
    ],
  },
  garbage_edge_sets: {
    holds: 'what is to be deleted, and what is live is not',
    sql: ['insert into garbage_edge_sets select repository, edge_set from ledger_files'],
  },
  left_texts: {
    holds: 'which cached vectors may be dropped first where the cache is too large',
    sql: [
      'insert into left_texts (text_hash, bytes, is_spare) select text_hash, 1, 1 from embedding_cache',
      'update left_texts set bytes = 0',
      'delete from left_texts',
    ],
  },
  names: {
    delete: { sql: `delete from names where id = ${aVersion}`, finds: ['altered ledger'] },
    add: { sql: "insert into names (name) values ('stray')", finds: [] },
    alter: {
      sql: `update names set name = 'v' || substr('${'0'.repeat(32)}', 1) where id = ${aVersion}`,
      finds: ['altered ledger'],
    },
  },
  repositories: {
    delete: { sql: 'delete from repositories', finds: [], healedBy: 'index' },
    add: { sql: "insert into repositories (name) values ('stray')", finds: [] },
    alter: {
      sql: "update repositories set name = 'other' where name = 'shop'",
      finds: [],
      healedBy: 'index',
    },
  },
  spool_files: {
    delete: { sql: `delete from spool_files where version = ${aVersion}`, finds: ['missing text'] },
    add: {
      sql: `insert into spool_files select 99999, repository, 99999, 0, 'stray', language, 0, surface, uses, 1
              from spool_files limit 1`,
      finds: ['orphan text'],
    },
    alter: {
      sql: `update spool_files set surface = 'junk' where version = ${aVersion}`,
      finds: ['altered text'],
    },
  },
  chunks: {
    delete: { sql: 'delete from chunks where ordinal = 0', finds: ['missing text'] },
    add: {
      sql: `insert into chunks select 99999, 99999, 0, symbol_kind, start_line, end_line, text_hash, characters,
              symbol_path, context, 'stray' from chunks limit 1`,
      finds: ['orphan text'],
    },
    alter: { sql: "update chunks set text = 'changed' where ordinal = 0", finds: ['altered text'] },
  },
  chunk_words: {
    delete: {
      sql: 'delete from chunk_words where rowid in (select id from chunks order by id limit 2)',
      finds: ['missing text'],
    },
    add: {
      sql: "insert into chunk_words (rowid, terms) values (99999, 'stray words')",
      finds: ['orphan text'],
    },
    alter: {
      sql: "insert or replace into chunk_words (rowid, terms) select min(id), 'other words' from chunks",
      finds: ['altered text'],
    },
  },
  chunk_words_data: {
    delete: { sql: 'delete from chunk_words_data where id > 10', finds: ['altered text'] },
    add: { sql: "insert into chunk_words_data values (5, x'00')", finds: [] },
    alter: {
      sql: 'update chunk_words_data set block = zeroblob(8) where id > 10',
      finds: ['altered text'],
    },
  },
  chunk_words_idx: {
    alter: { sql: 'update chunk_words_idx set pgno = 99998', finds: ['altered text'] },
    // A segment of one page is found without.
    delete: { sql: 'delete from chunk_words_idx', finds: [] },
    add: { sql: "insert into chunk_words_idx values (999, x'00', 1)", finds: [] },
  },
  chunk_words_docsize: {
    delete: {
      sql: 'delete from chunk_words_docsize where id in (select min(id) from chunks)',
      finds: ['missing text'],
    },
    add: {
      sql: "insert into chunk_words_docsize (id, sz) values (99999, x'05')",
      finds: ['orphan text'],
    },
    alter: {
      sql: "update chunk_words_docsize set sz = x'01' where id in (select min(id) from chunks)",
      finds: ['altered text'],
    },
  },
  chunk_words_config: {
    delete: { sql: 'delete from chunk_words_config', finds: ['altered text'], reopens: true },
    add: { sql: "insert into chunk_words_config values ('stray', 1)", finds: [] },
    alter: { sql: 'update chunk_words_config set v = 99', finds: ['altered text'], reopens: true },
  },
  ledger_repositories: {
    delete: { sql: 'delete from ledger_repositories', finds: [], healedBy: 'index' },
    add: { sql: "insert into ledger_repositories values (99999, '{}', 1)", finds: [] },
    alter: { sql: "update ledger_repositories set data = '{}'", finds: [], healedBy: 'index' },
  },
  ledger_files: {
    delete: {
      sql: "delete from ledger_files where path = 'shop/cart.py'",
      finds: ['missing ledger', 'orphan vectors', 'orphan graph'],
    },
    add: {
      sql: `insert into ledger_files select repository, 'stray.py', 99999, edge_set, language, size, content_hash, 1,
              null, 1, 1, 0, 0, 0, 1 from ledger_files
            where repository = (select id from repositories where name = 'shop') limit 1`,
      finds: ['orphan ledger'],
    },
    alter: {
      sql: "update ledger_files set chunk_count = 1, content_hash = 'x' where path = 'shop/cart.py'",
      finds: ['altered ledger'],
    },
  },
  spaces: {
    delete: { sql: 'delete from spaces', finds: ['missing vectors', 'orphan vectors'] },
    add: { sql: "insert into spaces (fingerprint, dimensions) values ('stray', 3)", finds: [] },
    alter: { sql: 'update spaces set dimensions = 3', finds: ['altered vectors'] },
  },
  embedding_cache: {
    delete: {
      sql: 'delete from embedding_cache where id in (select id from embedding_cache order by id limit 2)',
      finds: ['altered vectors'],
      embeds: 2,
    },
    add: {
      sql: `insert into embedding_cache (space, text_hash, vector, checksum) select space, zeroblob(32), vector, 1
              from embedding_cache limit 1`,
      finds: [],
    },
    alter: {
      sql: `update embedding_cache set (vector, checksum) = (select o.vector, o.checksum from embedding_cache o
              where o.id <> embedding_cache.id order by o.id limit 1)
            where id in (select id from embedding_cache order by id limit 2)`,
      finds: ['altered cache'],
      embeds: 1,
    },
  },
  vectors: {
    delete: { sql: 'delete from vectors where rowid % 2', finds: ['altered vectors'] },
    add: {
      sql: "insert into vectors values (99999999, 'stray', 1, null)",
      finds: ['orphan vectors'],
    },
    alter: {
      sql: 'update vectors set cached = (select max(cached) from vectors)',
      finds: ['altered vectors'],
    },
  },
  vector_ids: {
    delete: {
      sql: 'delete from vector_ids where row % 2',
      finds: ['missing vectors'],
    },
    add: {
      sql: `insert into vector_ids select space, 'v${'1'.repeat(32)}:0', repository, 999999 from vector_ids limit 1`,
      finds: ['orphan vectors'],
    },
    alter: { sql: 'update vector_ids set row = row + 1', finds: ['altered vectors'] },
  },
  vector_blocks: {
    delete: { sql: 'delete from vector_blocks', finds: ['altered vectors'] },
    add: {
      sql: `insert into vector_blocks (space, repository, live, changes, facts, factors, codes)
              select space, repository, live, changes, facts, factors, codes from vector_blocks limit 1`,
      finds: ['altered vectors'],
    },
    alter: {
      sql: 'update vector_blocks set codes = zeroblob(length(codes)), changes = changes + 1',
      finds: ['altered vectors'],
    },
  },
  graph_ids: {
    delete: { sql: 'delete from graph_ids where id % 2', finds: ['altered graph'] },
    add: { sql: "insert into graph_ids (name) values ('stray')", finds: ['orphan graph'] },
    alter: {
      sql: "update graph_ids set name = 'x' || name where id % 2",
      finds: ['altered graph'],
    },
  },
  graph_owners: {
    delete: {
      sql: 'delete from graph_owners where id % 2',
      finds: ['missing graph', 'orphan graph'],
    },
    add: {
      sql: "insert into graph_owners (repository, owner) select id, 'stray' from repositories where name = 'shop'",
      finds: ['orphan graph'],
    },
    alter: {
      sql: "update graph_owners set owner = 'x' || owner where id % 2",
      finds: ['missing graph', 'orphan graph'],
    },
  },
  graph_nodes: {
    delete: { sql: 'delete from graph_nodes where node % 2', finds: ['missing graph'] },
    add: {
      sql: `insert into graph_nodes select n.owner,
              (select max(id) from graph_ids where id not in (select node from graph_nodes m where m.owner = n.owner)),
              n.kind, 'stray', n.path, n.symbol_path, n.symbol_kind, n.start_line, n.end_line
            from graph_nodes n join graph_owners o on o.id = n.owner join repositories r on r.id = o.repository
            where n.kind = 'file' and r.name = 'shop' limit 1`,
      finds: ['altered graph'],
    },
    alter: {
      sql: "update graph_nodes set name = 'other', start_line = 99 where kind = 'symbol'",
      finds: ['altered graph'],
    },
  },
  graph_edges: {
    delete: { sql: "delete from graph_edges where type = 'calls'", finds: ['missing graph'] },
    add: {
      sql: `insert or ignore into graph_edges select owner, 'extends', target, source, resolution, line
              from graph_edges where type = 'calls'`,
      finds: ['altered graph'],
    },
    alter: { sql: 'update graph_edges set line = 99', finds: ['altered graph'] },
  },
}

/** SQLite's own tables come and go with it. */
function tablesOf(path: string): string[] {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    return database
      .prepare("select name from sqlite_master where type = 'table' and name not like 'sqlite_%'")
      .all()
      .map(({ name }) => String(name))
      .toSorted()
  } finally {
    database.close()
  }
}

/** Changes rows as a person with a SQLite shell could, while the store is open. */
function tamper(path: string, sql: string): number {
  // After a run the indexer still looks after what is past.
  const database = new DatabaseSync(path, { timeout: 30_000 })
  // Else SQLite keeps the tables of FTS5 for itself.
  database.enableDefensive(false)
  try {
    return Number(database.prepare(sql).run().changes)
  } finally {
    database.close()
  }
}

/** Everything that an index shows of a repository. */
async function contentOf({ indexer, storage }: Opened): Promise<unknown> {
  const { journal, vectors, graph } = storage
  const limit = 10_000
  const files = await journal.ledger.files('shop', { limit })
  const versions = files.map(({ version }) => version)
  const ids = files.flatMap(({ version, chunkCount }) =>
    Array.from({ length: chunkCount }, (_, ordinal) => `${version}:${ordinal}`),
  )
  const space = await spaceOf(storage)
  const owners = await graph.owners({ repository: 'shop', limit })
  const edges = await graph.edges(
    'shop',
    owners.map(({ owner }) => owner),
  )
  const nodes = await graph.nodes(edges.flatMap(({ from, to }) => [from, to]))
  const found = async (query: string, mode: 'lexical' | 'dense'): Promise<readonly SearchHit[]> =>
    (
      await indexer.search(query, {
        mode,
        repository: 'shop',
        language: ['python', 'typescript'],
        limit: 50,
      })
    ).hits
  return {
    files,
    chunks: await journal.text.chunks(ids),
    spooled: await journal.spool.files(versions),
    vectorIds: await vectors.ids(space, { repository: 'shop', limit }),
    vectors: (await vectors.get(space, ids)).map((vector) => vector && [...vector]),
    count: await vectors.count(space, { repository: 'shop' }),
    owners,
    edges: edges.map((edge) => JSON.stringify(edge)).toSorted(),
    nodes: nodes
      .map((node) => JSON.stringify(node))
      .filter((node) => node.includes('"shop"'))
      .toSorted(),
    // What was deleted still weighs a little in the scores of BM25.
    words: (await found('price cart request', 'lexical')).map(({ id }) => id).toSorted(),
    near: await found('sum of all prices', 'dense'),
  }
}

async function spaceOf({ journal }: Storage): Promise<{ fingerprint: string; dimensions: number }> {
  const indexed = await journal.ledger.repository('shop')
  if (!indexed) throw new Error('The repository is not indexed.')
  return indexed.embedder
}

let bench: Workbench
let embedder: Embedder
let real: Embedder
let embedded: string[] = []
let opened: Opened
let path: string
let source: string
let fresh: unknown
let copies = 0
let data = ''

/** A copy of an index that nobody touched. */
async function openCopy(): Promise<void> {
  data = `copy-${++copies}`
  mkdirSync(join(bench.folder, data))
  cpSync(join(bench.folder, 'data'), join(bench.folder, data), { recursive: true })
  path = join(bench.folder, data, 'cairn.db')
  await reopen()
}

async function reopen(): Promise<void> {
  await opened?.close()
  opened = bench.open({ data, embedder })
}

beforeAll(async () => {
  bench = createWorkbench()
  real = staticEmbedder({ threads: 1 })
  embedder = failing(real, {
    embedDocuments: (texts, options) => {
      embedded.push(...texts)
      return real.embedDocuments(texts, options)
    },
  })
  source = bench.repository('shop', shop)
  const first = bench.open({ embedder })
  await first.indexer.index({ path: source }).finished
  fresh = await contentOf(first)
  await first.close()
  await openCopy()
})
afterAll(async () => {
  await bench.close()
  await real.close?.()
})
beforeEach(({ onTestFailed }) => {
  embedded = []
  // The next test begins with what is whole.
  onTestFailed(openCopy)
})

test('every table of the file has a case', () => {
  expect(Object.keys(tables).toSorted()).toEqual(tablesOf(path))
})

const cases = Object.entries(tables).flatMap(([table, ways]) =>
  'holds' in ways
    ? []
    : Object.entries<Tampering>(ways).map(([way, tampering]) => ({ table, way, ...tampering })),
)

describe('rows that another program changed are found, named and put right', () => {
  test.each(cases)('$table: $way', async ({ sql, finds, healedBy, embeds = 0, reopens }) => {
    expect(tamper(path, sql)).toBeGreaterThan(0)
    if (reopens) await reopen()
    const { indexer } = opened
    if (healedBy === 'index') {
      await expect(indexer.reconcile('shop')).rejects.toMatchObject({
        code: 'REPOSITORY_NOT_FOUND',
      })
      await indexer.index({ path: source }).finished
      expect(await indexer.reconcile('shop')).toMatchObject({ ok: true })
    } else {
      const found = await indexer.reconcile('shop', { repair: false })
      const named = (['missing', 'orphan', 'altered'] as const).flatMap((kind) =>
        found[kind].map(({ store }) => `${kind} ${store}`),
      )
      expect([...new Set(named)]).toEqual(expect.arrayContaining([...finds]))
      expect(found).toMatchObject({ ok: finds.length === 0, repaired: 0 })
      expect(await indexer.reconcile('shop')).toMatchObject({ ok: true })
    }
    expect(await indexer.reconcile('shop', { repair: false })).toMatchObject({
      missing: [],
      orphan: [],
      altered: [],
      ok: true,
    })
    expect(embedded).toHaveLength(embeds)
    expect(await contentOf(opened)).toEqual(fresh)
  })
})

const harmless = Object.entries(tables).flatMap(([table, ways]) =>
  'holds' in ways ? ways.sql.map((sql) => ({ table, holds: ways.holds, sql })) : [],
)

test.each(harmless)('$sql: the index stays whole; $table holds $holds', async ({ sql }) => {
  tamper(path, sql)
  const { indexer } = opened
  expect(await indexer.reconcile('shop')).toMatchObject({ ok: true, repaired: 0 })
  await indexer.index({ path: source }).finished
  expect(await contentOf(opened)).toEqual(fresh)
  expect(embedded).toEqual([])
})

describe('a cached vector that is not one', () => {
  test.each([
    ['has a bit flipped', "substr(vector, 1, 3) || x'7f' || substr(vector, 5)"],
    ['is NaN', "x'0000c07f' || substr(vector, 5)"],
    ['is too short', 'substr(vector, 1, 8)'],
    ['is empty', "x''"],
  ])('%s, and alone is embedded again, whether it is reconciled or used', async (_, vector) => {
    const hurt = 'where id in (select max(id) from embedding_cache where checksum > 1)'
    const { indexer } = opened
    tamper(path, `update embedding_cache set vector = ${vector} ${hurt}`)
    expect(await indexer.reconcile('shop')).toMatchObject({
      ok: true,
      altered: expect.arrayContaining([expect.objectContaining({ store: 'cache' })]),
    })
    expect(embedded).toHaveLength(1)
    expect(await contentOf(opened)).toEqual(fresh)

    // Another repository with the same texts takes them from the cache.
    tamper(path, `update embedding_cache set vector = ${vector} ${hurt}`)
    await indexer.index({ path: source, name: `again-${copies}-${vector.length}` }).finished
    expect(embedded).toHaveLength(2)
    expect(await indexer.reconcile('shop')).toMatchObject({ ok: true })
    expect(embedded).toHaveLength(2)
    expect(await contentOf(opened)).toEqual(fresh)
  })
})

test('what only the source has stays as it is while the source is gone, and the caller is told so', async () => {
  const { indexer } = opened
  const gone = bench.repository('gone', shop)
  await indexer.index({ path: gone }).finished
  const changes = tamper(
    path,
    `update spool_files set surface = 'junk' where version in (
       select version from ledger_files where path = 'shop/cart.py'
         and repository = (select id from repositories where name = 'gone'))`,
  )
  expect(changes).toBe(1)
  const away = join(bench.folder, 'away')
  renameSync(gone, away)
  await expect(indexer.reconcile('gone')).rejects.toMatchObject({ code: 'SOURCE_NOT_FOUND' })
  const found = await indexer.reconcile('gone', { repair: false })
  expect(found).toMatchObject({ ok: false, altered: [{ path: 'shop/cart.py' }] })
  const { hits } = await indexer.search('customer cart', { repository: 'gone', mode: 'lexical' })
  expect(hits.map((hit) => hit.path)).toContain('shop/cart.py')

  renameSync(away, gone)
  expect(await indexer.reconcile('gone')).toMatchObject({ ok: true })
  expect(await indexer.reconcile('gone')).toMatchObject({ ok: true, altered: [], repaired: 0 })
  expect(embedded).toEqual([])
})

test('a run that meets what was altered says what to do', async () => {
  const { indexer } = opened
  const met = bench.repository('met', shop)
  await indexer.index({ path: met }).finished
  tamper(
    path,
    `update spool_files set surface = 'junk' where version in (
       select version from ledger_files where path = 'shop/prices.py'
         and repository = (select id from repositories where name = 'met'))`,
  )
  const importing =
    'from .prices import parse_price\n\n\ndef order():\n    return parse_price("1")\n'
  writeFiles(met, { 'shop/order.py': importing })
  await expect(indexer.index({ path: met }).finished).rejects.toMatchObject({
    code: 'STORE_CORRUPT',
    message: expect.stringContaining('Reconcile the repository'),
  })
  expect(await indexer.reconcile('met')).toMatchObject({ ok: true })
  expect((await indexer.index({ path: met }).finished).files).toMatchObject({ unchanged: 6 })
})
