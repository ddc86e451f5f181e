import type { JournalDifference } from '@cairn/core'
import { splitTerms } from '@cairn/core/terms'
import type { Database } from './database.ts'
import { deleteWords } from './delete-words.ts'
import { resultCode } from './fault.ts'
import { createWords } from './first-version.ts'
import { readVarints } from './varint.ts'

interface WordsRow {
  id: number
  chunk: string
  path: string
  context: string
  text: string
  size: Uint8Array | null
}

/** Chunks that one step looks at. */
const chunkPage = 1_000

/**
 * Compares the words by which a search finds the chunks of a repository with their texts: how many there
 * are, and of each where it is found. Repairing splits the texts again, all of them where FTS5 itself
 * calls its tables damaged.
 */
export function* inspectWords(
  database: Database,
  repository: number,
  { repository: name, repair }: { readonly repository: string; readonly repair: boolean },
): Generator<undefined, JournalDifference[], undefined> {
  const differences: JournalDifference[] = []
  try {
    database.prepare("insert into chunk_words (chunk_words) values ('integrity-check')").run()
    yield
    for (let after = 0; ; ) {
      const page = wordsPage(database, repository, after)
      const wrong = [...wrongWords(database, page)]
      for (const { row, kind } of wrong) {
        differences.push({ store: 'text', kind, id: row.chunk, path: row.path })
      }
      if (repair) {
        restoreWords(
          database,
          wrong.map(({ row }) => row),
        )
      }
      yield
      const last = page.at(-1)
      if (!last || page.length < chunkPage) return differences
      after = last.id
    }
  } catch (error) {
    if (!isDamaged(error)) throw error
    if (repair) makeWordsAnew(database)
    return [...differences, { store: 'text', kind: 'altered', id: name, path: null }]
  }
}

function isDamaged(error: unknown): boolean {
  // FTS5 tells a lost configuration in words alone.
  return (
    resultCode(error) === 'SQLITE_CORRUPT' ||
    (error instanceof Error && error.message.includes('invalid fts5 file format'))
  )
}

function wordsPage(database: Database, repository: number, after: number): WordsRow[] {
  return database
    .prepare<WordsRow>(
      `select c.id, n.name || ':' || c.ordinal as chunk, f.path, c.context, c.text,
         (select d.sz from chunk_words_docsize d where d.id = c.id) as size
       from chunks c
       join spool_files f on f.version = c.version
       join names n on n.id = f.version
       where c.id > ? and f.repository = ?
         and exists (select 1 from ledger_files l where l.version = f.version)
       order by c.id limit ${chunkPage}`,
    )
    .all(after, repository)
}

function* wrongWords(
  database: Database,
  page: readonly WordsRow[],
): Generator<{ row: WordsRow; kind: 'missing' | 'altered' }> {
  const [first, last] = [page[0], page.at(-1)]
  if (!first || !last) return
  /** Word → chunks that have it. */
  const expected = new Map<string, Set<number>>()
  const wrong = new Map<number, 'missing' | 'altered'>()
  for (const { id, context, text, size } of page) {
    const words = splitTerms(`${context}\n${text}`).split(' ').filter(Boolean)
    if (size === null) wrong.set(id, 'missing')
    else if (readVarints(size)[0] !== words.length) wrong.set(id, 'altered')
    for (const word of words) {
      const folded = word.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
      const chunks = expected.get(folded) ?? new Set()
      expected.set(folded, chunks.add(id))
    }
  }
  const ids = new Set(page.map(({ id }) => id))
  const find = database.prepare<{ id: number }>(
    'select rowid as id from chunk_words where chunk_words match ? and rowid between ? and ?',
  )
  for (const [word, chunks] of expected) {
    const found = find.all(`"${word.replaceAll('"', '""')}"`, first.id, last.id)
    for (const { id } of found) if (ids.has(id) && !chunks.delete(id)) wrong.set(id, 'altered')
    for (const id of chunks) if (!wrong.has(id)) wrong.set(id, 'altered')
  }
  for (const row of page) {
    const kind = wrong.get(row.id)
    if (kind) yield { row, kind }
  }
}

function restoreWords(
  database: Database,
  rows: readonly Pick<WordsRow, 'id' | 'context' | 'text'>[],
): void {
  deleteWords(
    database,
    rows.map(({ id }) => [id, id + 1]),
  )
  const insert = database.prepare('insert into chunk_words (rowid, terms) values (?, ?)')
  for (const { id, context, text } of rows) insert.run(id, splitTerms(`${context}\n${text}`))
}

function makeWordsAnew(database: Database): void {
  // Without its version FTS5 does not even drop the table.
  database.execUnguarded(
    "insert or replace into chunk_words_config values ('version', 4); drop table chunk_words",
  )
  database.exec(createWords)
  const insert = database.prepare('insert into chunk_words (rowid, terms) values (?, ?)')
  for (let after = 0; ; ) {
    const page = database
      .prepare<Pick<WordsRow, 'id' | 'context' | 'text'>>(
        `select id, context, text from chunks where id > ? order by id limit ${chunkPage}`,
      )
      .all(after)
    for (const { id, context, text } of page) insert.run(id, splitTerms(`${context}\n${text}`))
    const last = page.at(-1)
    if (!last) return
    after = last.id
  }
}
