import type { ChunkFilter, StoredChunk, SymbolKind, TextIndex } from '@cairn/core'
import { splitTerms } from '@cairn/core/terms'
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

/** Joins the live file of a chunk: a file's chunks have successive ids, from `first_chunk` on. */
function joinFile(chunk: string): string {
  return `cross join spool_files f on f.chunk_count > 0 and f.first_chunk =
      (select max(first_chunk) from spool_files where chunk_count > 0 and first_chunk <= ${chunk})
    cross join ledger_files l on l.version = f.version
    cross join names n on n.id = f.version`
}

/** {@link TextIndex}: FTS5, whose rows have the ids of chunks. */
export function createTextIndex(database: Database): Sync<TextIndex> {
  return {
    restore(versions) {
      const lost = database
        .prepare<{ id: number; context: string; text: string }>(
          `select c.id, c.context, c.text
           from json_each(?) j join names n on n.name = j.value join spool_files f on f.version = n.id
           join chunks c on c.id >= f.first_chunk and c.id < f.first_chunk + f.chunk_count
           where not exists (select 1 from chunk_words_docsize d where d.id = c.id)`,
        )
        .all(JSON.stringify(versions))
      const insert = database.prepare('insert into chunk_words (rowid, terms) values (?, ?)')
      for (const { id, context, text } of lost) insert.run(id, splitTerms(`${context}\n${text}`))
    },

    search(terms, { limit, filter }) {
      const words = queryWords(database, terms)
      if (words.length === 0) return []
      const match = words.map((word) => `"${word.replaceAll('"', '""')}"`).join(' OR ')

      // Few chunks are dead, and most filters let many through: the best of all usually hold enough.
      if (filter?.versions === undefined) {
        const width = Math.max(limit * 4, 200)
        const best = database
          .prepare<{ chunk: number; rank: number }>(
            'select rowid as chunk, rank from chunk_words where chunk_words match ? order by rank, rowid limit ?',
          )
          .all(match, width)
        const { where, values } = narrowing(filter, 'j.value')
        const live = database
          .prepare<{ id: string; chunk: number }>(
            `select n.name || ':' || (j.value - f.first_chunk) as id, j.value as chunk
             from json_each(?) j ${joinFile('j.value')} where true ${where} order by j.key limit ?`,
          )
          .all(JSON.stringify(best.map(({ chunk }) => chunk)), ...values, limit)
        if (live.length === limit || best.length < width) {
          const ranks = new Map(best.map(({ chunk, rank }) => [chunk, rank]))
          return live.map(({ id, chunk }) => ({ id, score: -(ranks.get(chunk) ?? 0) }))
        }
      }

      // Where they do not, filtering comes first and only what passes is scored.
      const { where, values } = narrowing(filter, 'w.rowid')
      return database
        .prepare<{ id: string; rank: number }>(
          `select n.name || ':' || (w.rowid - f.first_chunk) as id, w.rank as rank
           from chunk_words w ${joinFile('w.rowid')}
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
             -- Asked of whole files first: hardly one lacks anything.
             and f.chunk_count > (select count(*) from chunk_words_docsize d
               where d.id >= f.first_chunk and d.id < f.first_chunk + f.chunk_count)
             and not exists (select 1 from chunk_words_docsize d where d.id = c.id)
           limit ?`,
        )
        .all(repository, limit)
        .map(({ id }) => id),
  }
}

/** SQL that narrows a live `chunk`, joined as above, to a filter. */
function narrowing(
  filter: ChunkFilter | undefined,
  chunk: string,
): { where: string; values: SqlValue[] } {
  const conditions: string[] = []
  const values: SqlValue[] = []
  const and = (condition: string, wanted: readonly string[] | undefined): void => {
    if (wanted === undefined) return
    conditions.push(`and ${condition}`)
    values.push(JSON.stringify(wanted))
  }
  // The plus keeps SQLite from looking each file up once for every version.
  and(
    '+f.version in (select id from names where name in (select value from json_each(?)))',
    filter?.versions,
  )
  and(
    'l.repository in (select id from repositories where name in (select value from json_each(?)))',
    filter?.repositories,
  )
  and('l.language in (select value from json_each(?))', filter?.languages)
  and(
    `(select symbol_kind from chunks where id = ${chunk}) in (select value from json_each(?))`,
    filter?.symbolKinds,
  )
  return { where: conditions.join(' '), values }
}
