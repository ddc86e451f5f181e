import type { Spool, SpooledChunk, SymbolKind } from '@cairn/core'
import { encodedParts } from '@cairn/core/encoded-file'
import { type PackedVectors, packVectors } from '../packed-vectors.ts'
import { checksum, textChecksum } from './checksum.ts'
import type { Database } from './database.ts'
import { type ChunkRange, deleteWords } from './delete-words.ts'
import { forgetNames } from './forget-names.ts'
import type { Names } from './names.ts'
import { sortInPieces } from './sort-in-pieces.ts'
import { hasLeftTexts, noteBack, noteLeft } from './spare-vectors.ts'
import type { Stepwise, Sync } from './sync.ts'

/** Files that were read, with their surfaces and uses as they are stored. */
export interface StoredFiles<Row> {
  readonly rows: readonly Row[]
  /** One a row, as `encodeSurface` made it. */
  readonly surfaces: PackedVectors
  /** One a row, as `encodeReferences` made it. */
  readonly uses: PackedVectors
}

/** A surface's file. */
export interface SurfaceRow {
  readonly version: string
  readonly path: string
  readonly language: string
}

/** A spooled file but for its surface and its uses. */
export interface FileRow extends SurfaceRow {
  readonly syntaxErrors: number
  readonly chunkCount: number
}

type SpoolPart = Omit<Sync<Spool>, 'missingTexts' | 'sweep' | 'write' | 'files' | 'surfaces'> & {
  readonly files: (versions: readonly string[]) => StoredFiles<FileRow>
  readonly surfaces: (versions: readonly string[]) => StoredFiles<SurfaceRow>
  /** `encoded` has one a file, as `encodeFile` made it. */
  readonly write: (
    repository: string,
    files: readonly { readonly version: string; readonly path: string }[],
    encoded: readonly ArrayBuffer[],
  ) => void
  readonly sweep: Stepwise<[repository?: string], number>
}

/** Versions that one step of a sweep deletes. */
const sweepPage = 20

/** {@link Spool} but for `missingTexts`. */
export function createSpool(database: Database, names: Names, repositories: Names): SpoolPart {
  const byVersion = <Row>(columns: string, versions: readonly string[]): Row[] =>
    database
      .prepare<Row>(
        `select ${columns} from json_each(?) j join names n on n.name = j.value
         join spool_files f on f.version = n.id order by j.key`,
      )
      .all(JSON.stringify(versions))

  return {
    has: (versions) =>
      new Set(
        byVersion<{ version: string; checksum: number | null }>(
          'n.name as version, f.checksum',
          versions,
        )
          .filter((row) => row.checksum !== null)
          .map((row) => row.version),
      ),

    write(repository, files, encoded) {
      const repositoryId = repositories.intern(repository)
      const find = database.prepare<{ checksum: number | null }>(
        'select checksum from spool_files where version = ?',
      )
      const insertFile = database.prepare(
        `insert into spool_files (version, repository, first_chunk, chunk_count, path, language, syntax_errors, surface, uses, checksum)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      const insertChunk = database.prepare(
        `insert into chunks (id, version, ordinal, symbol_kind, start_line, end_line, text_hash, characters, symbol_path, context, text)
         values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, cast(? as text))`,
      )
      const insertTerms = database.prepare(
        'insert into chunk_words (rowid, terms) values (?, cast(? as text))',
      )
      // A store that no text has left yet need not look for each of them.
      let hasNotes = hasLeftTexts(database)
      let next = nextChunk(database)
      for (const [index, { version, path }] of files.entries()) {
        const buffer = encoded[index]
        if (!buffer) throw new Error(`${path} came without what was parsed of it.`)
        let versionId = names.intern(version)
        const there = find.get(versionId)
        if (there && there.checksum !== null) continue
        if (there) {
          deleteSpooled(database, [versionId])
          hasNotes = true
          // With its last row the name itself may have gone.
          versionId = names.intern(version)
        }
        const parsed = encodedParts({ bytes: new Uint8Array(buffer) })
        // JSON is kept as text, which SQLite's own functions and tools can read.
        const surface = parsed.surface.toString()
        const uses = parsed.references.toString()
        const first = next
        const sums: number[] = []
        for (const chunk of parsed.chunks) {
          const textHash = Buffer.from(chunk.textHash, 'hex')
          if (hasNotes) noteBack(database, textHash)
          const characters = chunk.textLength + chunk.context.length
          insertChunk.run(
            next,
            versionId,
            chunk.ordinal,
            chunk.symbolKind,
            chunk.startLine,
            chunk.endLine,
            textHash,
            characters,
            chunk.symbolPath,
            chunk.context,
            chunk.text,
          )
          insertTerms.run(next, chunk.terms)
          next += 1
          sums.push(
            chunkChecksum({
              ordinal: chunk.ordinal,
              symbol_kind: chunk.symbolKind,
              start_line: chunk.startLine,
              end_line: chunk.endLine,
              text_hash: chunk.textHash,
              characters,
              symbol_path: chunk.symbolPath,
            }),
          )
        }
        insertFile.run(
          versionId,
          repositoryId,
          first,
          parsed.chunks.length,
          path,
          parsed.language,
          parsed.syntaxErrors,
          surface,
          uses,
          spooledChecksum(
            {
              path,
              language: parsed.language,
              syntax_errors: parsed.syntaxErrors,
              surface,
              uses,
            },
            sums,
          ),
        )
      }
    },

    files: (versions) =>
      packRows(
        byVersion<FileRow & StoredTexts>(
          `n.name as version, f.path, f.language, f.syntax_errors as syntaxErrors, f.chunk_count as chunkCount,
           cast(f.surface as blob) as surface, cast(f.uses as blob) as uses`,
          versions,
        ),
      ),

    chunks(versions) {
      const chunksOf = database.prepare<{
        ordinal: number
        text_hash: Uint8Array
        symbol_kind: SymbolKind | null
      }>(
        'select ordinal, text_hash, symbol_kind from chunks where id >= ? and id < ? order by ordinal',
      )
      return byVersion<{ version: string; first_chunk: number; chunk_count: number }>(
        'n.name as version, f.first_chunk, f.chunk_count',
        versions,
      ).map((row) => ({
        version: row.version,
        chunks: chunksOf.all(row.first_chunk, row.first_chunk + row.chunk_count).map(
          (chunk): SpooledChunk => ({
            ordinal: chunk.ordinal,
            textHash: Buffer.from(chunk.text_hash).toString('hex'),
            symbolKind: chunk.symbol_kind,
          }),
        ),
      }))
    },

    surfaces: (versions) =>
      packRows(
        byVersion<SurfaceRow & StoredTexts>(
          'n.name as version, f.path, f.language, cast(f.surface as blob) as surface, null as uses',
          versions,
        ),
      ),

    totals(runId, fingerprint) {
      const sums = database.prepare<{
        chunks: number
        texts: number
        cached_chunks: number
        cached_texts: number
      }>(
        `select ifnull(sum(n), 0) as chunks, count(*) as texts,
           ifnull(sum(n * cached), 0) as cached_chunks, ifnull(sum(cached), 0) as cached_texts
         from (
           select count(*) as n, exists (
             select 1 from embedding_cache e where e.space = (select id from names where name = ?2) and e.text_hash = c.text_hash
           ) as cached
           from plan_files p
           join spool_files f on f.version = p.version
           join chunks c on c.id >= f.first_chunk and c.id < f.first_chunk + f.chunk_count
           where p.plan = (select id from plans where run_id = ?1) and p.action = 'index'
           group by c.text_hash
         )`,
      )
      const row = sortInPieces(database, () => sums.get(runId, fingerprint))
      return {
        chunks: row?.chunks ?? 0,
        texts: row?.texts ?? 0,
        cachedChunks: row?.cached_chunks ?? 0,
        cachedTexts: row?.cached_texts ?? 0,
      }
    },

    *sweep(repository) {
      const repositoryId = repository === undefined ? null : repositories.find(repository)
      if (repository !== undefined && repositoryId === null) return 0
      let swept = 0
      for (let after = 0; ; ) {
        const page = database
          .prepare<{ version: number }>(
            `select f.version from spool_files f
             where ${repositoryId === null ? '?1 is null' : 'f.repository = ?1'} and f.version > ?2
               and not exists (select 1 from ledger_files l where l.version = f.version)
               and not exists (select 1 from plan_files p where p.version = f.version)
             order by f.version limit ${sweepPage}`,
          )
          .all(repositoryId, after)
        const last = page.at(-1)
        if (!last) return swept
        after = last.version
        deleteSpooled(
          database,
          page.map(({ version }) => version),
        )
        swept += page.length
        yield
      }
    },
  }
}

/** What a chunk says beside its text, which its hash stands for. */
export interface ChunkFacts {
  readonly ordinal: number
  readonly symbol_kind: string | null
  readonly start_line: number
  readonly end_line: number
  /** Lower-case hex. */
  readonly text_hash: string
  readonly characters: number
  readonly symbol_path: string | null
}

/** A part of {@link spooledChecksum}. */
export function chunkChecksum(chunk: ChunkFacts): number {
  return checksum(
    chunk.ordinal,
    chunk.symbol_kind,
    chunk.start_line,
    chunk.end_line,
    chunk.text_hash,
    chunk.characters,
    chunk.symbol_path,
  )
}

/** Of what a row of the spool says, and of its chunks in their order. */
export function spooledChecksum(
  file: {
    readonly path: string
    readonly language: string
    readonly syntax_errors: number
    readonly surface: string
    readonly uses: string
  },
  chunks: readonly number[],
): number {
  const { path, language, syntax_errors: syntaxErrors, surface, uses } = file
  return textChecksum(surface, uses, checksum(path, language, syntaxErrors, ...chunks))
}

interface StoredTexts {
  readonly surface: Uint8Array
  readonly uses: Uint8Array | null
}

function packRows<Row extends StoredTexts>(
  found: readonly Row[],
): StoredFiles<Omit<Row, keyof StoredTexts>> {
  return {
    rows: found.map(({ surface: _surface, uses: _uses, ...row }) => row),
    surfaces: packVectors(found.map(({ surface }) => surface)),
    uses: packVectors(found.map(({ uses }) => uses)),
  }
}

/** Ids of chunks only grow, so that a file's chunks stand together. */
function nextChunk(database: Database): number {
  const row = database.prepare<{ last: number | null }>('select max(id) as last from chunks').get()
  return (row?.last ?? 0) + 1
}

/** Deletes versions with their chunks and the place of these in the text index. */
export function deleteSpooled(database: Database, versions: readonly number[]): void {
  const find = database.prepare<{ first_chunk: number; chunk_count: number }>(
    'select first_chunk, chunk_count from spool_files where version = ?',
  )
  const ranges = versions.flatMap((version): ChunkRange[] => {
    const file = find.get(version)
    return file ? [[file.first_chunk, file.first_chunk + file.chunk_count]] : []
  })
  const textsOf = database.prepare<{ text_hash: Uint8Array }>(
    'select text_hash from chunks where id >= ? and id < ?',
  )
  const texts = ranges.flatMap((range) => textsOf.all(...range))
  deleteWords(database, ranges)
  const deleteChunks = database.prepare('delete from chunks where id >= ? and id < ?')
  for (const range of ranges) deleteChunks.run(...range)
  const deleteFile = database.prepare('delete from spool_files where version = ?')
  for (const version of versions) deleteFile.run(version)
  noteLeft(
    database,
    texts.map(({ text_hash: hash }) => hash),
  )
  forgetNames(database, versions)
}
