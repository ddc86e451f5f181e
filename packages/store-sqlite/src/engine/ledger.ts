import type { Garbage, Ledger, LedgerFile, LedgerRepository, LedgerSummary } from '@cairn/core'
import { checksum } from './checksum.ts'
import type { Database } from './database.ts'
import { forgetNames } from './forget-names.ts'
import type { Names } from './names.ts'
import { dropPlan } from './plans.ts'
import { deleteSpooled } from './spool.ts'
import type { Stepwise, Sync } from './sync.ts'

/** A row of the ledger. */
export interface FileRow {
  path: string
  version: string
  edge_set: string
  language: string
  size: number
  content_hash: string
  chunk_count: number
  failed_chunks: string | null
  node_count: number
  symbol_count: number
  edge_set_nodes: number
  edge_set_edges: number
  syntax_errors: number
  checksum: number | null
}

interface LanguageSums {
  language: string
  files: number
  bytes: number
  chunks: number
  symbols: number
  edges: number
}

/** The columns that `ledger_files` and `staged_files` share, in their order. */
const fileColumns =
  'path, version, edge_set, language, size, content_hash, chunk_count, failed_chunks, node_count, symbol_count, edge_set_nodes, edge_set_edges, syntax_errors, checksum'

const selectFiles = `select l.path, v.name as version, e.name as edge_set, l.language, l.size, l.content_hash,
  l.chunk_count, l.failed_chunks, l.node_count, l.symbol_count, l.edge_set_nodes, l.edge_set_edges, l.syntax_errors, l.checksum
  from ledger_files l join names v on v.id = l.version join names e on e.id = l.edge_set`

type LedgerPart = Omit<Sync<Ledger>, 'remove'> & {
  readonly remove: Stepwise<[repository: string], { files: number; chunks: number }>
}

/** Rows that one step of a removal deletes. */
const removalPage = 20
/** Names that one step of a removal forgets. */
const forgottenPage = 500

/** {@link Ledger}: what counts. */
export function createLedger(database: Database, names: Names, repositories: Names): LedgerPart {
  const summaries = (where: string, ...values: (string | number)[]): LedgerSummary[] =>
    database
      .prepare<{ data: string; checksum: number }>(
        `select l.data, l.checksum from ledger_repositories l join repositories r on r.id = l.repository ${where} order by r.name`,
      )
      .all(...values)
      // What another wrote there is no state that was committed: to index again makes it anew.
      .filter((row) => row.checksum === checksum(row.data))
      .map(({ data }) => reviveSummary(data))

  return {
    repositories: () => summaries(''),
    repository: (name) => summaries('where r.name = ?', name)[0] ?? null,

    file(repository, path) {
      const row = database
        .prepare<FileRow>(
          `${selectFiles} where l.repository = (select id from repositories where name = ?) and l.path = ?`,
        )
        .get(repository, path)
      return row ? toLedgerFile(row) : null
    },

    files: (repository, { after, limit }) =>
      database
        .prepare<FileRow>(
          `${selectFiles} where l.repository = (select id from repositories where name = ?) and l.path > ?
           order by l.path limit ?`,
        )
        .all(repository, after ?? '', limit)
        .map(toLedgerFile),

    stage(runId, files) {
      const insert = database.prepare(
        `insert or replace into staged_files (run_id, ${fileColumns}) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      for (const file of files) {
        const failedChunks =
          file.failedChunks.length === 0 ? null : JSON.stringify(file.failedChunks)
        insert.run(
          runId,
          file.path,
          names.intern(file.version),
          names.intern(file.edgeSet),
          file.language,
          file.sizeBytes,
          file.contentHash,
          file.chunkCount,
          failedChunks,
          file.nodeCount,
          file.symbolCount,
          file.edgeSetNodes,
          file.edgeSetEdges,
          file.syntaxErrors,
          fileChecksum({
            path: file.path,
            version: file.version,
            edge_set: file.edgeSet,
            language: file.language,
            size: file.sizeBytes,
            content_hash: file.contentHash,
            chunk_count: file.chunkCount,
            failed_chunks: failedChunks,
            node_count: file.nodeCount,
            symbol_count: file.symbolCount,
            edge_set_nodes: file.edgeSetNodes,
            edge_set_edges: file.edgeSetEdges,
            syntax_errors: file.syntaxErrors,
          }),
        )
      }
    },

    commit(runId, repository) {
      const id = repositories.intern(repository.name)
      const earlier = summaries('where r.name = ?', repository.name)[0]
      const { fingerprint, dimensions } = (earlier ?? repository).embedder
      // What the coming state replaces or drops may be garbage; what it still names is taken out below.
      const going = `from ledger_files l where l.repository = ?1 and (
          exists (select 1 from staged_files s where s.run_id = ?2 and s.path = l.path)
          or exists (select 1 from plan_files p where p.plan = (select id from plans where run_id = ?2)
            and p.path = l.path and p.action in ('delete', 'skip')))`
      // After a change of embedder every vector of the former is garbage, also those of files that stay.
      const isOtherSpace = fingerprint !== repository.embedder.fingerprint
      database
        .prepare(
          `insert into garbage_versions (repository, version, fingerprint, dimensions, chunk_count)
           select ?1, l.version, ?3, ?4, l.chunk_count ${going} or (?5 and l.repository = ?1)
           on conflict do update set chunk_count = max(chunk_count, excluded.chunk_count)`,
        )
        .run(id, runId, fingerprint, dimensions, isOtherSpace ? 1 : 0)
      database
        .prepare(`insert or ignore into garbage_edge_sets select ?1, l.edge_set ${going}`)
        .run(id, runId)
      database
        .prepare(
          `delete from ledger_files where repository = ?1 and path in (select l.path ${going})`,
        )
        .run(id, runId)
      database
        .prepare(
          `insert into ledger_files (repository, ${fileColumns}) select ?, ${fileColumns} from staged_files where run_id = ?`,
        )
        .run(id, runId)
      database.prepare('delete from staged_files where run_id = ?').run(runId)
      database
        .prepare(
          'delete from garbage_versions where repository = ? and fingerprint = ? and exists (select 1 from ledger_files l where l.version = garbage_versions.version)',
        )
        .run(id, repository.embedder.fingerprint)
      database
        .prepare(
          'delete from garbage_edge_sets where repository = ? and exists (select 1 from ledger_files l where l.edge_set = garbage_edge_sets.edge_set)',
        )
        .run(id)
      const data = JSON.stringify(summarise(database, id, repository))
      database
        .prepare(
          'insert or replace into ledger_repositories (repository, data, checksum) values (?, ?, ?)',
        )
        .run(id, data, checksum(data))
    },

    live: (owners) =>
      new Set(
        database
          .prepare<{ name: string }>(
            `select n.name from json_each(?) j join names n on n.name = j.value
             where exists (select 1 from ledger_files l where l.version = n.id)
               or exists (select 1 from ledger_files l where l.edge_set = n.id)`,
          )
          .all(JSON.stringify(owners))
          .map(({ name }) => name),
      ),

    garbage(repository, limit): Garbage {
      const id = repositories.find(repository)
      if (id === null) return { versions: [], edgeSets: [] }
      const versions = database
        .prepare<{ version: string; chunk_count: number; spaces: string }>(
          `select n.name as version, max(g.chunk_count) as chunk_count,
             json_group_array(json_object('fingerprint', g.fingerprint, 'dimensions', g.dimensions)) as spaces
           from garbage_versions g join names n on n.id = g.version
           where g.repository = ? group by g.version limit ?`,
        )
        .all(id, limit)
      const edgeSets = database
        .prepare<{ name: string }>(
          'select n.name from garbage_edge_sets g join names n on n.id = g.edge_set where g.repository = ? limit ?',
        )
        .all(id, limit)
      return {
        versions: versions.map((row) => ({
          version: row.version,
          chunkCount: row.chunk_count,
          spaces: JSON.parse(row.spaces),
        })),
        edgeSets: edgeSets.map(({ name }) => name),
      }
    },

    collected(repository, garbage) {
      const id = repositories.find(repository)
      if (id === null) return
      const forgetVersion = database.prepare(
        'delete from garbage_versions where repository = ? and version = (select id from names where name = ?)',
      )
      const forgetEdgeSet = database.prepare(
        'delete from garbage_edge_sets where repository = ? and edge_set = (select id from names where name = ?)',
      )
      for (const { version } of garbage.versions) forgetVersion.run(id, version)
      for (const edgeSet of garbage.edgeSets) forgetEdgeSet.run(id, edgeSet)
      const gone = [...garbage.versions.map(({ version }) => version), ...garbage.edgeSets]
      forgetNames(
        database,
        gone.flatMap((name) => names.find(name) ?? []),
      )
    },

    *remove(repository) {
      const id = repositories.find(repository)
      if (id === null) return { files: 0, chunks: 0 }
      // The ledger goes first and at once: nothing of the repository is found from then on.
      const counts = database
        .prepare<{ files: number; chunks: number }>(
          'select count(*) as files, ifnull(sum(chunk_count), 0) as chunks from ledger_files where repository = ?',
        )
        .get(id)
      const edgeSets = database
        .prepare<{ id: number }>(
          `select edge_set as id from ledger_files where repository = ?1
           union select edge_set from garbage_edge_sets where repository = ?1`,
        )
        .all(id)
      database.prepare('delete from ledger_repositories where repository = ?').run(id)
      database.prepare('delete from ledger_files where repository = ?').run(id)
      database.prepare('delete from garbage_versions where repository = ?').run(id)
      database.prepare('delete from garbage_edge_sets where repository = ?').run(id)
      database.prepare('delete from file_records where repository = ?').run(id)
      for (const plan of database
        .prepare<{ run_id: string }>('select run_id from plans where repository = ?')
        .all(id)) {
        dropPlan(database, plan.run_id)
      }
      yield
      for (let start = 0; start < edgeSets.length; start += forgottenPage) {
        const page = edgeSets.slice(start, start + forgottenPage)
        forgetNames(
          database,
          page.map(({ id }) => id),
        )
        yield
      }
      for (;;) {
        const versions = database
          .prepare<{ version: number }>(
            'select version from spool_files where repository = ? limit ?',
          )
          .all(id, removalPage)
        if (versions.length === 0) break
        deleteSpooled(
          database,
          versions.map(({ version }) => version),
        )
        yield
      }
      return { files: counts?.files ?? 0, chunks: counts?.chunks ?? 0 }
    },
  }
}

function toLedgerFile(row: FileRow): LedgerFile {
  return {
    path: row.path,
    language: row.language,
    sizeBytes: row.size,
    contentHash: row.content_hash,
    version: row.version,
    edgeSet: row.edge_set,
    chunkCount: row.chunk_count,
    failedChunks: readOrdinals(row.failed_chunks),
    nodeCount: row.node_count,
    symbolCount: row.symbol_count,
    edgeSetNodes: row.edge_set_nodes,
    edgeSetEdges: row.edge_set_edges,
    syntaxErrors: row.syntax_errors,
    ...(row.checksum === fileChecksum(row) ? {} : { isAltered: true }),
  }
}

function readOrdinals(text: string | null): readonly number[] {
  if (text === null) return []
  try {
    return JSON.parse(text)
  } catch {
    // Not what was written there: the row is altered, and told as such.
    return []
  }
}

/** Of everything that a row of the ledger says. */
export function fileChecksum(row: Omit<FileRow, 'checksum'>): number {
  return checksum(
    row.path,
    row.version,
    row.edge_set,
    row.language,
    row.size,
    row.content_hash,
    row.chunk_count,
    row.failed_chunks,
    row.node_count,
    row.symbol_count,
    row.edge_set_nodes,
    row.edge_set_edges,
    row.syntax_errors,
  )
}

/** The sums are made once, with the state they are of. */
function summarise(database: Database, id: number, repository: LedgerRepository): LedgerSummary {
  const languages = database
    .prepare<LanguageSums>(
      `select language, count(*) as files, sum(size) as bytes, sum(chunk_count) as chunks, sum(symbol_count) as symbols,
         sum(edge_set_edges) as edges from ledger_files where repository = ? group by language order by files desc, language`,
    )
    .all(id)
  const sum = (of: Exclude<keyof LanguageSums, 'language'>): number =>
    languages.reduce((total, row) => total + row[of], 0)
  return {
    ...repository,
    files: sum('files'),
    chunks: sum('chunks'),
    symbols: sum('symbols'),
    edges: sum('edges'),
    languages: Object.fromEntries(languages.map((row) => [row.language, row.files])),
    sizeBytes: sum('bytes'),
  }
}

function reviveSummary(data: string): LedgerSummary {
  const summary: Omit<LedgerSummary, 'indexedAt'> & { indexedAt: string } = JSON.parse(data)
  return { ...summary, indexedAt: new Date(summary.indexedAt) }
}
