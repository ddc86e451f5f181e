import type { Database } from './database.ts'
import { readVarints, writeVarint } from './varint.ts'

/** Chunks from an id on, up to but without another. */
export type ChunkRange = readonly [first: number, end: number]

interface Totals {
  rows: number
  words: number
}

/**
 * Deletes words of chunks from the text index, and takes them out of the totals by which BM25 weighs. The FTS5
 * of SQLite before 3.54 lowers those of a table without content neither when rows are deleted nor when it is
 * merged or optimized, and cannot rebuild it.
 */
export function deleteWords(database: Database, ranges: readonly ChunkRange[]): void {
  // Where FTS5's own tables are damaged, not even a statement can be made.
  if (ranges.length === 0) return
  const sizes = database.prepare<{ sz: Uint8Array }>(
    'select sz from chunk_words_docsize where id >= ? and id < ?',
  )
  const remove = database.prepare(
    // Also those whose chunk was lost.
    'delete from chunk_words where rowid in (select id from chunk_words_docsize where id >= ? and id < ?)',
  )
  const before = readTotals(database)
  const gone: Totals = { rows: 0, words: 0 }
  for (const range of ranges) {
    for (const { sz } of sizes.all(...range)) add(gone, sz)
    remove.run(...range)
  }
  if (gone.rows === 0) return
  const after = readTotals(database)
  const left = { rows: before.rows - gone.rows, words: before.words - gone.words }
  if (after.rows !== left.rows || after.words !== left.words) writeTotals(database, left)
}

/**
 * A record of the table's own: the number of rows, then the words of each column, as varints.
 * @see https://sqlite.org/src/file/ext/fts5/fts5_index.c "The averages record"
 */
function readTotals(database: Database): Totals {
  // Has FTS5 write the totals that it holds, which it would else write over others.
  database.exec('savepoint totals; release totals')
  const record = database
    .prepare<{ block: Uint8Array }>('select block from chunk_words_data where id = 1')
    .get()
  const [rows = 0, words = 0] = readVarints(record?.block ?? new Uint8Array())
  return { rows, words }
}

function writeTotals(database: Database, left: Totals): void {
  // Hardly anything is left, or the totals were less than there was: FTS5 takes none at all for damage.
  const { rows, words } = left.rows < 1 || left.words < 1 ? countWords(database) : left
  const block = Buffer.from([...writeVarint(rows), ...writeVarint(words)])
  database.execUnguarded(
    `update chunk_words_data set block = x'${block.toString('hex')}' where id = 1`,
  )
}

function countWords(database: Database): Totals {
  const counted: Totals = { rows: 0, words: 0 }
  const all = database.prepare<{ sz: Uint8Array }>('select sz from chunk_words_docsize').iterate()
  for (const { sz } of all) add(counted, sz)
  return counted
}

function add(totals: Totals, size: Uint8Array): void {
  totals.rows += 1
  totals.words += readVarints(size)[0] ?? 0
}
