import { checksum, vectorChecksum } from './checksum.ts'
import type { Database } from './database.ts'
import { type FileRow, fileChecksum } from './ledger.ts'
import { type ChunkFacts, chunkChecksum, spooledChecksum } from './spool.ts'

/** Rows that are read at once. */
const page = 200

/**
 * Checksums of rows that a repair cannot make out of others. What is stored by now is taken for what was
 * written: there is nothing to compare it with.
 */
export function addChecksums(database: Database): void {
  database.exec(`
    -- Of the row and of its chunks but for their texts; null: it is to be made anew.
    alter table spool_files add column checksum integer;
    alter table ledger_files add column checksum integer;
    alter table staged_files add column checksum integer;
    alter table ledger_repositories add column checksum integer not null default 0;
    alter table embedding_cache add column checksum integer not null default 0;
  `)
  sumSpool(database)
  sumFiles(database, 'ledger_files')
  sumFiles(database, 'staged_files')
  const sumRepository = database.prepare(
    'update ledger_repositories set checksum = ? where repository = ?',
  )
  const repositories = database
    .prepare<{ repository: number; data: string }>(
      'select repository, data from ledger_repositories',
    )
    .all()
  for (const { repository, data } of repositories) sumRepository.run(checksum(data), repository)
  sumVectors(database)
}

function sumSpool(database: Database): void {
  const read = database.prepare<
    Parameters<typeof spooledChecksum>[0] & {
      version: number
      first_chunk: number
      chunk_count: number
    }
  >(
    `select version, first_chunk, chunk_count, path, language, syntax_errors, surface, uses
     from spool_files where version > ? order by version limit ${page}`,
  )
  const chunksOf = database.prepare<ChunkFacts>(
    `select ordinal, symbol_kind, start_line, end_line, lower(hex(text_hash)) as text_hash, characters, symbol_path
     from chunks where id >= ? and id < ? order by ordinal`,
  )
  const update = database.prepare('update spool_files set checksum = ? where version = ?')
  for (let after = -1; ; ) {
    const files = read.all(after)
    for (const file of files) {
      const chunks = chunksOf.all(file.first_chunk, file.first_chunk + file.chunk_count)
      update.run(spooledChecksum(file, chunks.map(chunkChecksum)), file.version)
    }
    const last = files.at(-1)
    if (!last) return
    after = last.version
  }
}

function sumFiles(database: Database, table: 'ledger_files' | 'staged_files'): void {
  const key = table === 'ledger_files' ? 'repository' : 'run_id'
  const rows = database
    .prepare<Omit<FileRow, 'checksum'> & { key: string | number }>(
      `select l.${key} as key, l.path, v.name as version, e.name as edge_set, l.language, l.size, l.content_hash,
         l.chunk_count, l.failed_chunks, l.node_count, l.symbol_count, l.edge_set_nodes, l.edge_set_edges, l.syntax_errors
       from ${table} l join names v on v.id = l.version join names e on e.id = l.edge_set`,
    )
    .all()
  const update = database.prepare(`update ${table} set checksum = ? where ${key} = ? and path = ?`)
  for (const row of rows) update.run(fileChecksum(row), row.key, row.path)
}

function sumVectors(database: Database): void {
  const read = database.prepare<{
    id: number
    fingerprint: string
    text_hash: Uint8Array
    vector: Uint8Array
  }>(
    `select c.id, n.name as fingerprint, c.text_hash, c.vector
     from embedding_cache c join names n on n.id = c.space where c.id > ? order by c.id limit ${page}`,
  )
  const update = database.prepare('update embedding_cache set checksum = ? where id = ?')
  for (let after = 0; ; ) {
    const rows = read.all(after)
    for (const { id, fingerprint, text_hash: hash, vector } of rows) {
      update.run(vectorChecksum(fingerprint, hash, vector), id)
    }
    const last = rows.at(-1)
    if (!last) return
    after = last.id
  }
}
