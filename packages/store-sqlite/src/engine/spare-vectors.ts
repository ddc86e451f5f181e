/**
 * Which vectors of the cache no file needs, without an index over the texts of all chunks: each text that
 * goes out of the spool is noted, each that comes back is struck out, and only when the notes exceed what
 * may be kept are the chunks looked through for those that another file has as well.
 */
import type { EmbeddingCache } from '@cairn/core'
import type { Database } from './database.ts'
import type { Names } from './names.ts'
import type { Stepwise } from './sync.ts'

/**
 * Run → fingerprint of its embedder, of the runs that have not ended. Not stored: they are of this process,
 * which is the one writer.
 */
export type SpacesInUse = Map<string, string>

/** Rows that one step looks through. */
const scannedRows = 4_000
/** Vectors that one step drops. */
const droppedRows = 200

/** Notes that texts went out of the spool. */
export function noteLeft(database: Database, textHashes: readonly Uint8Array[]): void {
  if (textHashes.length === 0) return
  const spaces = cacheSpaces(database)
  if (spaces.length === 0) return
  const size = database.prepare<{ bytes: number }>(
    'select length(vector) as bytes from embedding_cache where space = ? and text_hash = ?',
  )
  const note = database.prepare(
    'insert or replace into left_texts (text_hash, bytes, is_spare) values (?, ?, 0)',
  )
  for (const hash of textHashes) {
    let bytes = 0
    for (const space of spaces) bytes += size.get(space, hash)?.bytes ?? 0
    if (bytes > 0) note.run(hash, bytes)
  }
}

/** Whether any text is noted. */
export function hasLeftTexts(database: Database): boolean {
  return database.prepare('select 1 from left_texts limit 1').get() !== undefined
}

/** Strikes a text out that is in the spool again. */
export function noteBack(database: Database, textHash: Uint8Array): void {
  database.prepare('delete from left_texts where text_hash = ?').run(textHash)
}

/** `prune` of the embedding cache. */
export function createVectorPruning(
  database: Database,
  names: Names,
  spacesInUse: SpacesInUse,
): Stepwise<Parameters<EmbeddingCache['prune']>, number> {
  /** The newest note when the chunks were last looked through. */
  let lookedThrough = -1

  const notedBytes = (): number =>
    database
      .prepare<{ bytes: number }>('select ifnull(sum(bytes), 0) as bytes from left_texts')
      .get()?.bytes ?? 0
  const newestNote = (): number =>
    database.prepare<{ id: number }>('select ifnull(max(id), 0) as id from left_texts').get()?.id ??
    0

  /** Spaces of the cache that nobody uses, with what they take. */
  const unusedSpaces = (fingerprint: string): { space: number; rows: number; bytes: number }[] => {
    const used = new Set(
      database
        .prepare<{ id: number | null }>(
          `select (select id from names where name = data ->> '$.embedder.fingerprint') as id from ledger_repositories`,
        )
        .all()
        .map(({ id }) => id),
    )
    for (const each of [fingerprint, ...spacesInUse.values()]) used.add(names.find(each))
    return cacheSpaces(database)
      .filter((space) => !used.has(space))
      .map((space) => {
        const sizes = database
          .prepare<{ rows: number; bytes: number }>(
            `select count(*) as rows, count(*) * (select length(vector) from embedding_cache where space = ?1 limit 1) as bytes
             from embedding_cache where space = ?1`,
          )
          .get(space)
        return { space, rows: sizes?.rows ?? 0, bytes: sizes?.bytes ?? 0 }
      })
  }

  /** Rows of the cache that the vector store refers to. */
  function* referredRows(): Generator<undefined, Set<number>, undefined> {
    const referred = new Set<number>()
    const read = database.prepare<{ row: number; cached: number | null }>(
      `select row, cached from vectors where row > ? order by row limit ${scannedRows}`,
    )
    for (let after = -1; ; ) {
      const page = read.all(after)
      for (const { cached } of page) if (cached !== null) referred.add(cached)
      const last = page.at(-1)
      if (!last) return referred
      after = last.row
      yield
    }
  }

  /** Drops vectors of spaces that nobody uses, until no more than `excess` bytes are dropped. */
  function* dropUnused(
    spaces: readonly number[],
    excess: number,
  ): Generator<undefined, { rows: number; bytes: number }, undefined> {
    const referred = yield* referredRows()
    const dropped = { rows: 0, bytes: 0 }
    const read = database.prepare<{ id: number; bytes: number }>(
      `select id, length(vector) as bytes from embedding_cache where space = ? and text_hash > ? order by text_hash limit ${droppedRows}`,
    )
    const hashOf = database.prepare<{ text_hash: Uint8Array }>(
      'select text_hash from embedding_cache where id = ?',
    )
    const drop = database.prepare('delete from embedding_cache where id = ?')
    for (const space of spaces) {
      let after: Uint8Array = new Uint8Array()
      for (;;) {
        // A run may have begun to use it meanwhile.
        if ([...spacesInUse.values()].some((each) => names.find(each) === space)) break
        const page = read.all(space, after)
        const last = page.at(-1)
        if (!last) break
        after = hashOf.get(last.id)?.text_hash ?? after
        for (const { id, bytes } of page) {
          if (dropped.bytes >= excess) return dropped
          if (referred.has(id)) continue
          drop.run(id)
          dropped.rows += 1
          dropped.bytes += bytes
        }
        yield
      }
    }
    return dropped
  }

  /** Finds out which of the noted texts no file has. */
  function* lookThrough(): Generator<undefined, void, undefined> {
    const newest = newestNote()
    const notes = database
      .prepare<{ id: number; text_hash: Uint8Array }>(
        'select id, text_hash from left_texts where is_spare = 0',
      )
      .all()
    const open = new Map(notes.map(({ id, text_hash: hash }) => [textOf(hash), id]))
    const strike = database.prepare('delete from left_texts where id = ?')
    const read = database.prepare<{ id: number; text_hash: Uint8Array }>(
      `select id, text_hash from chunks where id > ? order by id limit ${scannedRows}`,
    )
    for (let after = 0; ; ) {
      const page = read.all(after)
      for (const { text_hash: hash } of page) {
        const text = textOf(hash)
        const note = open.get(text)
        if (note === undefined) continue
        strike.run(note)
        open.delete(text)
      }
      const last = page.at(-1)
      if (!last) break
      after = last.id
      yield
    }
    // A vector that outlived its file, until a repair finds it, is read from the cache.
    const referred = yield* referredRows()
    const rows = database.prepare<{ id: number }>(
      'select id from embedding_cache where space = ? and text_hash = ?',
    )
    const spaces = cacheSpaces(database)
    // What came back or was noted anew meanwhile is no longer there under its number.
    const settle = database.prepare('update left_texts set is_spare = 1 where id = ?')
    for (const { id, text_hash: hash } of notes) {
      if (!open.has(textOf(hash))) continue
      if (spaces.some((space) => referred.has(rows.get(space, hash)?.id ?? 0))) continue
      settle.run(id)
    }
    lookedThrough = newest
  }

  return function* prune({ maxBytes, fingerprint }) {
    let dropped = 0
    const unused = unusedSpaces(fingerprint)
    let unusedBytes = unused.reduce((sum, { bytes }) => sum + bytes, 0)
    const excess = (): number => unusedBytes + notedBytes() - maxBytes
    if (excess() <= 0) return 0
    if (unusedBytes > 0) {
      const gone = yield* dropUnused(
        unused.map(({ space }) => space),
        excess(),
      )
      dropped += gone.rows
      unusedBytes -= gone.bytes
      yield
    }
    for (;;) {
      if (excess() <= 0) return dropped
      const page = database
        .prepare<{ id: number; text_hash: Uint8Array; bytes: number }>(
          `select id, text_hash, bytes from left_texts where is_spare = 1 order by id limit ${droppedRows}`,
        )
        .all()
      if (page.length === 0) {
        if (newestNote() === lookedThrough) return dropped
        yield* lookThrough()
        yield
        continue
      }
      const drop = database.prepare('delete from embedding_cache where space = ? and text_hash = ?')
      const strike = database.prepare('delete from left_texts where id = ?')
      const spaces = cacheSpaces(database)
      let left = excess()
      for (const { id, text_hash: hash, bytes } of page) {
        if (left <= 0) break
        left -= bytes
        strike.run(id)
        for (const space of spaces) dropped += drop.run(space, hash).changes
      }
      yield
    }
  }
}

/** The spaces that the cache has vectors of, each found by one step through the index. */
function cacheSpaces(database: Database): number[] {
  return database
    .prepare<{ space: number }>(
      `with recursive found(space) as (
         select min(space) from embedding_cache
         union all
         select (select min(space) from embedding_cache where space > found.space) from found where found.space is not null
       ) select space from found where space is not null`,
    )
    .all()
    .map(({ space }) => space)
}

function textOf(hash: Uint8Array): string {
  return Buffer.from(hash.buffer, hash.byteOffset, hash.byteLength).toString('latin1')
}
