import type { MissingText, Spool } from '@cairn/core'
import { decodeCursor, encodeCursor } from './cursor.ts'
import type { Database } from './database.ts'
import { sortInPieces } from './sort-in-pieces.ts'
import type { Sync } from './sync.ts'

interface TextRow {
  characters: number
  text_hash: Uint8Array
  chunks: number
  path: string
  context: string
  text: string
}

/**
 * `missingTexts` of the spool. The first page collects the distinct texts of the run in a temporary
 * table in their order, so that each further page is a short walk.
 */
export function createMissingTexts(database: Database): Pick<Sync<Spool>, 'missingTexts'> {
  let collected: string | null = null

  const collect = (runId: string, fingerprint: string): void => {
    database.exec(
      `create temp table if not exists missing_texts (
         characters integer not null, text_hash blob not null, chunk integer not null,
         chunks integer not null, primary key (characters, text_hash)
       ) without rowid;
       delete from missing_texts;`,
    )
    const insert = database.prepare(
      `insert into missing_texts
       select c.characters, c.text_hash, min(c.id), count(*)
       from plan_files p
       join spool_files f on f.version = p.version
       join chunks c on c.id >= f.first_chunk and c.id < f.first_chunk + f.chunk_count
       where p.plan = (select id from plans where run_id = ?1) and p.action = 'index'
         and not exists (select 1 from embedding_cache e where e.space = (select id from names where name = ?2) and e.text_hash = c.text_hash)
       group by c.text_hash`,
    )
    sortInPieces(database, () => insert.run(runId, fingerprint))
    collected = `${runId} ${fingerprint}`
  }

  return {
    missingTexts(runId, fingerprint, { after, limit }) {
      const [characters, hash] = after === undefined ? [-1, ''] : decodePlace(after)
      if (after === undefined || collected !== `${runId} ${fingerprint}`) {
        collect(runId, fingerprint)
      }
      return database
        .prepare<TextRow>(
          `select m.characters, m.text_hash, m.chunks, f.path, c.context, c.text
           from missing_texts m
           join chunks c on c.id = m.chunk
           join spool_files f on f.version = c.version
           where (m.characters, m.text_hash) > (?, ?)
             and not exists (select 1 from embedding_cache e where e.space = (select id from names where name = ?) and e.text_hash = m.text_hash)
           order by m.characters, m.text_hash limit ?`,
        )
        .all(characters, Buffer.from(hash, 'hex'), fingerprint, limit)
        .map((row): MissingText => {
          const textHash = Buffer.from(row.text_hash).toString('hex')
          return {
            textHash,
            input: row.context === '' ? row.text : `${row.context}\n${row.text}`,
            chunks: row.chunks,
            path: row.path,
            cursor: encodeCursor('texts', [row.characters, textHash]),
          }
        })
    },
  }
}

function decodePlace(cursor: string): [number, string] {
  const [characters, hash] = decodeCursor('texts', cursor, ['number', 'string'])
  return [Number(characters), String(hash)]
}
