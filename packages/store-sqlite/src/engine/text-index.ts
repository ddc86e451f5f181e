import type { ChunkFilter, StoredChunk, SymbolKind, TextIndex } from '@cairn/core'
import type { Database, SqlValue } from './database.ts'
import { queryWords } from './query-words.ts'
import type { Sync } from './sync.ts'

interface ChunkRow {
  id: string
  repository: string
  version: string
  path: string
  language: string
  ordinal: number
  start_line: number
  end_line: number
  text_hash: Uint8Array
  symbol_path: string | null
  symbol_kind: SymbolKind | null
  context: string
  text: string
}

const liveJoins = 'join ledger_files l on l.version = c.version join names n on n.id = c.version'

/** {@link TextIndex}: FTS5, whose rows have the ids of chunks. */
export function createTextIndex(database: Database): Sync<TextIndex> {
  return {
    index(versions) {
      const files = database
        .prepare<{ version: number; first_chunk: number; chunk_count: number }>(
          `select f.version, f.first_chunk, f.chunk_count
           from json_each(?) j join names n on n.name = j.value join spool_files f on f.version = n.id
           where not f.is_indexed
             or f.chunk_count > (select count(*) from chunk_words_docsize d
               where d.id >= f.first_chunk and d.id < f.first_chunk + f.chunk_count)`,
        )
        .all(JSON.stringify(versions))
      const insert = database.prepare(
        `insert into chunk_words (rowid, terms) select t.chunk, t.terms from chunk_terms t
         where t.chunk >= ?1 and t.chunk < ?2
           and not exists (select 1 from chunk_words_docsize d where d.id = t.chunk)`,
      )
      const mark = database.prepare('update spool_files set is_indexed = 1 where version = ?')
      for (const file of files) {
        insert.run(file.first_chunk, file.first_chunk + file.chunk_count)
        mark.run(file.version)
      }
    },

    search(terms, { limit, filter }) {
      const words = queryWords(database, terms)
      if (words.length === 0) return []
      const match = words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' OR ')
      const { where, values } = narrowing(filter)

      // Few chunks are dead, and most filters let many through: the best of all usually hold enough.
      const width = Math.max(limit * 4, 200)
      const best = database
        .prepare<{ chunk: number; rank: number }>(
          'select rowid as chunk, rank from chunk_words where chunk_words match ? order by rank, rowid limit ?',
        )
        .all(match, width)
      const ranks = new Map(best.map(({ chunk, rank }) => [chunk, rank]))
      const live = database
        .prepare<{ id: string; chunk: number }>(
          `select n.name || ':' || c.ordinal as id, c.id as chunk
           from json_each(?) j join chunks c on c.id = j.value ${liveJoins} where true ${where} order by j.key`,
        )
        .all(JSON.stringify(best.map(({ chunk }) => chunk)), ...values)
      if (live.length >= limit || best.length < width) {
        return live
          .slice(0, limit)
          .map(({ id, chunk }) => ({ id, score: -(ranks.get(chunk) ?? 0) }))
      }

      // Where they do not, filtering comes first and only what passes is scored.
      return database
        .prepare<{ id: string; rank: number }>(
          `select n.name || ':' || c.ordinal as id, w.rank as rank
           from chunk_words w cross join chunks c on c.id = w.rowid ${liveJoins}
           where w.chunk_words match ? ${where} order by w.rank, w.rowid limit ?`,
        )
        .all(match, ...values, limit)
        .map(({ id, rank }) => ({ id, score: -rank }))
    },

    chunks(ids) {
      const rows = database
        .prepare<ChunkRow>(
          `select j.value as id, r.name as repository, n.name as version, f.path, f.language, c.ordinal, c.start_line,
             c.end_line, c.text_hash, c.symbol_path, c.symbol_kind, c.context, c.text
           from json_each(?) j
           join names n on n.name = substr(j.value, 1, length(rtrim(j.value, '0123456789')) - 1)
           join spool_files f on f.version = n.id
           join chunks c on c.id = f.first_chunk + cast(substr(j.value, length(rtrim(j.value, '0123456789')) + 1) as integer)
             and c.version = f.version and c.ordinal = c.id - f.first_chunk
           join repositories r on r.id = f.repository
           where exists (select 1 from ledger_files l where l.version = f.version)`,
        )
        .all(JSON.stringify(ids))
      const byId = new Map(
        rows.map((row): [string, StoredChunk] => [
          row.id,
          {
            id: row.id,
            repository: row.repository,
            version: row.version,
            path: row.path,
            language: row.language,
            ordinal: row.ordinal,
            startLine: row.start_line,
            endLine: row.end_line,
            text: row.text,
            context: row.context,
            textHash: Buffer.from(row.text_hash).toString('hex'),
            symbolPath: row.symbol_path,
            symbolKind: row.symbol_kind,
          },
        ]),
      )
      return ids.map((id) => byId.get(id) ?? null)
    },

    unindexed: (repository, limit) =>
      database
        .prepare<{ id: string }>(
          `select n.name || ':' || c.ordinal as id
           from ledger_files l
           join names n on n.id = l.version
           join spool_files f on f.version = l.version
           join chunks c on c.id >= f.first_chunk and c.id < f.first_chunk + f.chunk_count
           where l.repository = (select id from repositories where name = ?)
             and not exists (select 1 from chunk_words_docsize d where d.id = c.id)
           limit ?`,
        )
        .all(repository, limit)
        .map(({ id }) => id),
  }
}

/** SQL that narrows live chunks (`c`, `l`, `n` above) to a filter. */
function narrowing(filter: ChunkFilter | undefined): { where: string; values: SqlValue[] } {
  const conditions: string[] = []
  const values: SqlValue[] = []
  const among = (column: string, wanted: readonly string[] | undefined): void => {
    if (wanted === undefined) return
    conditions.push(`and ${column} in (select value from json_each(?))`)
    values.push(JSON.stringify(wanted))
  }
  if (filter?.repositories !== undefined) {
    conditions.push(
      'and l.repository in (select r.id from json_each(?) w join repositories r on r.name = w.value)',
    )
    values.push(JSON.stringify(filter.repositories))
  }
  among('l.language', filter?.languages)
  among('c.symbol_kind', filter?.symbolKinds)
  among('n.name', filter?.versions)
  return { where: conditions.join(' '), values }
}
