import { hash } from 'node:crypto'
import type { InspectOptions, JournalDifference, VectorSpace } from '@cairn/core'
import { vectorChecksum } from './checksum.ts'
import type { Database } from './database.ts'
import { deleteWords } from './delete-words.ts'
import { inspectWords } from './inspect-words.ts'
import { type FileRow, fileChecksum } from './ledger.ts'
import type { Names } from './names.ts'
import { type ChunkFacts, chunkChecksum, deleteSpooled, spooledChecksum } from './spool.ts'
import type { Stepwise } from './sync.ts'

/** What crosses to the thread of {@link InspectOptions}. */
export type Inspection = Omit<InspectOptions, 'signal'>

/** Compares the journal of a repository with its own checksums. */
export type InspectJournal = Stepwise<
  [space: VectorSpace, inspection: Inspection],
  JournalDifference[]
>

/** A row of the ledger as it is, whatever it refers to. */
type RawFile = {
  [Key in keyof FileRow]: Key extends 'version' | 'edge_set' ? string | null : FileRow[Key]
} & { version_id: number }

interface SpooledRow {
  version: number
  repository: number
  first_chunk: number
  chunk_count: number
  path: string
  language: string
  syntax_errors: number
  surface: string
  uses: string
  checksum: number | null
}

type ChunkRow = Omit<ChunkFacts, 'text_hash'> & {
  readonly version: number
  readonly text_hash: Uint8Array
  readonly context: string
  readonly text: string
}

/** Files that one step looks at. */
const filePage = 50

export function createInspectJournal(database: Database, repositories: Names): InspectJournal {
  const ledgerPage = (repository: number, after: string): RawFile[] =>
    database
      .prepare<RawFile>(
        `select l.path, l.version as version_id, v.name as version, e.name as edge_set, l.language, l.size,
           l.content_hash, l.chunk_count, l.failed_chunks, l.node_count, l.symbol_count, l.edge_set_nodes,
           l.edge_set_edges, l.syntax_errors, l.checksum
         from ledger_files l left join names v on v.id = l.version left join names e on e.id = l.edge_set
         where l.repository = ? and l.path > ? order by l.path limit ${filePage}`,
      )
      .all(repository, after)

  const mark = (repository: number, { path, version_id: version }: RawFile): void => {
    database
      .prepare('update ledger_files set checksum = null where repository = ? and path = ?')
      .run(repository, path)
    database.prepare('update spool_files set checksum = null where version = ?').run(version)
  }

  const findSpooled = (version: number): SpooledRow | undefined =>
    database.prepare<SpooledRow>('select * from spool_files where version = ?').get(version)

  return function* inspect({ fingerprint, dimensions }, { repository: name, repair }) {
    const repository = repositories.find(name)
    if (repository === null) return []
    const differences: JournalDifference[] = []
    let files = 0
    for (let after = ''; ; ) {
      const page = ledgerPage(repository, after)
      for (const file of page) {
        const spooled = findSpooled(file.version_id)
        const ledger = inspectFile(file, spooled)
        if (ledger?.kind !== 'orphan') files++
        if (ledger?.kind === 'orphan' && repair) {
          database
            .prepare('delete from ledger_files where repository = ? and path = ?')
            .run(repository, file.path)
        }
        const version = file.version ?? ''
        const found = ledger
          ? [ledger]
          : [
              ...inspectSpooled(database, repository, version, file, spooled),
              ...inspectCached(database, { fingerprint, dimensions }, version, spooled, repair),
            ]
        if (repair && found.some(({ store }) => store !== 'cache')) mark(repository, file)
        differences.push(...found)
      }
      const last = page.at(-1)
      yield
      if (!last || page.length < filePage) break
      after = last.path
    }
    const lost = lostFiles(database, repository, name, files)
    differences.push(...lost, ...strayFiles(database, repository, lost, repair))
    yield
    differences.push(...(yield* inspectWords(database, repository, { repository: name, repair })))
    differences.push(...strayChunks(database, repair))
    return differences
  }
}

/** What is wrong with a row of the ledger itself. */
function inspectFile(file: RawFile, spooled: SpooledRow | undefined): JournalDifference | null {
  const { version, edge_set: edgeSet, path } = file
  if (version !== null && edgeSet !== null) {
    if (file.checksum === fileChecksum({ ...file, version, edge_set: edgeSet })) return null
  }
  // A row that was never staged is of nothing that was parsed.
  const kind = spooled?.path === path || file.checksum === null ? 'altered' : 'orphan'
  return { store: 'ledger', kind, id: path, path }
}

/** What is wrong with what is spooled of a file whose row of the ledger is as it was written. */
function inspectSpooled(
  database: Database,
  repository: number,
  version: string,
  file: RawFile,
  spooled: SpooledRow | undefined,
): JournalDifference[] {
  const { path } = file
  if (!spooled) return [{ store: 'text', kind: 'missing', id: version, path }]
  const chunks = chunksOf(database, spooled)
  const differences: JournalDifference[] = []
  const sums: number[] = []
  for (let ordinal = 0; ordinal < file.chunk_count; ordinal++) {
    const chunk = chunks[ordinal]
    const id = `${version}:${ordinal}`
    if (!chunk || chunk.version !== spooled.version) {
      differences.push({ store: 'text', kind: 'missing', id, path })
      continue
    }
    const textHash = Buffer.from(chunk.text_hash).toString('hex')
    if (hash('sha256', `${chunk.context}\n${chunk.text}`, 'hex') !== textHash) {
      differences.push({ store: 'text', kind: 'altered', id, path })
    }
    sums.push(chunkChecksum({ ...chunk, text_hash: textHash }))
  }
  if (differences.length > 0) return differences
  const isWhole =
    spooled.path === path &&
    spooled.repository === repository &&
    spooled.chunk_count === file.chunk_count &&
    spooled.checksum === spooledChecksum(spooled, sums)
  return isWhole ? [] : [{ store: 'text', kind: 'altered', id: version, path }]
}

/** Cached vectors of the file's texts that are not as they were put. */
function inspectCached(
  database: Database,
  { fingerprint, dimensions }: VectorSpace,
  version: string,
  spooled: SpooledRow | undefined,
  repair: boolean,
): JournalDifference[] {
  if (!spooled) return []
  const rows = database
    .prepare<{
      id: number
      ordinal: number
      text_hash: Uint8Array
      vector: Uint8Array
      checksum: number
    }>(
      `select e.id, c.ordinal, e.text_hash, e.vector, e.checksum
       from chunks c join embedding_cache e
         on e.space = (select id from names where name = ?) and e.text_hash = c.text_hash
       where c.id >= ? and c.id < ?`,
    )
    .all(fingerprint, spooled.first_chunk, spooled.first_chunk + spooled.chunk_count)
  return rows
    .filter(
      ({ text_hash: textHash, vector, checksum }) =>
        vector.byteLength !== dimensions * Float32Array.BYTES_PER_ELEMENT ||
        checksum !== vectorChecksum(fingerprint, textHash, vector),
    )
    .map(({ id, ordinal }) => {
      if (repair) database.prepare('delete from embedding_cache where id = ?').run(id)
      const { path } = spooled
      return { store: 'cache', kind: 'altered', id: `${version}:${ordinal}`, path }
    })
}

/** Files that were committed and of which the ledger has no row; `found` are those it has. */
function lostFiles(
  database: Database,
  repository: number,
  name: string,
  found: number,
): JournalDifference[] {
  const committed = database
    .prepare<{ files: number }>(
      "select json_extract(data, '$.files') as files from ledger_repositories where repository = ?",
    )
    .get(repository)
  const lost = (committed?.files ?? 0) - found
  if (lost <= 0) return []
  const candidates = database
    .prepare<{ path: string }>(
      `select f.path from spool_files f where f.repository = ?1
         and not exists (select 1 from ledger_files l where l.repository = ?1 and l.path = f.path)
       order by f.path limit ?2`,
    )
    .all(repository, lost)
  if (candidates.length === 0) {
    return [{ store: 'ledger', kind: 'missing', id: name, path: null }]
  }
  return candidates.map(({ path }) => ({ store: 'ledger', kind: 'missing', id: path, path }))
}

/** What is spooled of files that neither the ledger nor a plan has, but for those that the ledger lost. */
function strayFiles(
  database: Database,
  repository: number,
  lost: readonly JournalDifference[],
  repair: boolean,
): JournalDifference[] {
  const paths = new Set(lost.map(({ path }) => path))
  const rows = database
    .prepare<{ version: number; path: string }>(
      `select f.version, f.path from spool_files f where f.repository = ?
         and not exists (select 1 from ledger_files l where l.version = f.version)
         and not exists (select 1 from plan_files p where p.version = f.version)`,
    )
    .all(repository)
    .filter(({ path }) => !paths.has(path))
  if (repair) {
    deleteSpooled(
      database,
      rows.map(({ version }) => version),
    )
  }
  return rows.map(({ path }) => ({ store: 'text', kind: 'orphan', id: path, path: null }))
}

/** Chunks that no file has, and words that no chunk has, of whichever repository: nothing says of which. */
function strayChunks(database: Database, repair: boolean): JournalDifference[] {
  const chunks = database
    .prepare<{ id: number }>(
      `select c.id from chunks c left join spool_files f on f.version = c.version
       where f.version is null or c.id < f.first_chunk or c.id >= f.first_chunk + f.chunk_count`,
    )
    .all()
  const words = database
    .prepare<{ id: number }>(
      'select id from chunk_words_docsize where not exists (select 1 from chunks c where c.id = chunk_words_docsize.id)',
    )
    .all()
  const stray = [...chunks, ...words].map(({ id }) => id)
  if (repair) {
    for (const id of stray) database.prepare('delete from chunks where id = ?').run(id)
    deleteWords(
      database,
      stray.map((id) => [id, id + 1]),
    )
  }
  return stray.map((id) => ({ store: 'text', kind: 'orphan', id: `chunk ${id}`, path: null }))
}

function chunksOf(database: Database, spooled: SpooledRow): ChunkRow[] {
  return database
    .prepare<ChunkRow>(
      `select version, ordinal, symbol_kind, start_line, end_line, text_hash, characters, symbol_path, context, text
       from chunks where id >= ? and id < ? order by id`,
    )
    .all(spooled.first_chunk, spooled.first_chunk + spooled.chunk_count)
}
