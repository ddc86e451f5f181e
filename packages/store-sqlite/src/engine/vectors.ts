import type { VectorRow, VectorSpace, VectorStore, VersionRows } from '@cairn/core'
import { type PackedVectors, packVectors, unpackBytes, unpackVectors } from '../packed-vectors.ts'
import { createBlockCache } from './block-cache.ts'
import { vectorChecksum } from './checksum.ts'
import type { Database } from './database.ts'
import { Fault } from './fault.ts'
import { createInspectVectors } from './inspect-vectors.ts'
import type { Names } from './names.ts'
import { nearestRows } from './nearest-rows.ts'
import { createSignCoder, type SignCoder } from './sign-code.ts'
import type { Stepwise, Sync } from './sync.ts'
import {
  blockSlots,
  factsPerSlot,
  openBlock,
  readBlock,
  type VectorBlock,
  writeBlock,
} from './vector-blocks.ts'

/** `VectorStore` with vectors packed for the way between threads. */
export interface VectorPart
  extends Omit<
    Sync<VectorStore>,
    'upsert' | 'upsertSpooled' | 'get' | 'close' | 'removeRepository' | 'inspect'
  > {
  readonly inspect: ReturnType<typeof createInspectVectors>
  upsert(
    space: VectorSpace,
    rows: readonly Omit<VectorRow, 'vector'>[],
    vectors: PackedVectors,
  ): void
  upsertSpooled(space: VectorSpace, repository: string, versions: readonly string[]): string[]
  get(space: VectorSpace, ids: readonly string[]): PackedVectors
  readonly versions: Sync<Required<Pick<VectorStore, 'versions'>>>['versions']
  readonly removeRepository: Stepwise<[repository: string], number>
}

/** A row as the tables have it: names are numbers. */
interface NewRow {
  readonly id: string
  readonly repository: number
  readonly version: number
  readonly language: number
  /** 0 for none. */
  readonly symbolKind: number
  readonly vector: Float32Array
  /** The row of the embedding cache that has the vector; null where it is stored as `bytes`. */
  readonly cached: number | null
  readonly bytes: Uint8Array | null
}

/**
 * Vectors as rows for the exact distance (sqlite-vec), and short codes of them in blocks for finding the
 * few rows whose distance is worth computing.
 */
export function createVectors(
  database: Database,
  names: Names,
  repositories: Names,
  keptBytes: number,
): VectorPart {
  const findSpace = ({ fingerprint, dimensions }: VectorSpace): number | null => {
    const row = database
      .prepare<{ id: number; dimensions: number }>(
        'select id, dimensions from spaces where fingerprint = ?',
      )
      .get(fingerprint)
    if (row && row.dimensions !== dimensions) {
      throw new Fault(
        'STORE_FAILED',
        `Vectors of ${fingerprint} have ${row.dimensions} dimensions, not ${dimensions}.`,
      )
    }
    return row?.id ?? null
  }

  const internSpace = (space: VectorSpace): number => {
    const known = findSpace(space)
    if (known !== null) return known
    const row = database
      .prepare<{ id: number }>(
        'insert into spaces (fingerprint, dimensions) values (?, ?) returning id',
      )
      .get(space.fingerprint, space.dimensions)
    if (!row) throw new Error('SQLite returned no id for a new space.')
    return row.id
  }

  const cache = createBlockCache(database, keptBytes)
  const coders = new Map<number, SignCoder>()
  const coderOf = (dimensions: number): SignCoder => {
    const coder = coders.get(dimensions) ?? createSignCoder(dimensions)
    coders.set(dimensions, coder)
    return coder
  }

  const deleteRow = (space: number, id: string, row: number): void => {
    database.prepare('delete from vectors where row = ?').run(row)
    database.prepare('delete from vector_ids where space = ? and id = ?').run(space, id)
  }

  /** Takes rows one by one and keeps the blocks that it writes to open until the end. */
  const rowWriter = (space: VectorSpace): { add(row: NewRow): void; end(): void } => {
    const spaceId = internSpace(space)
    const coder = coderOf(space.dimensions)
    const find = database.prepare<{ row: number; repository: number }>(
      'select row, repository from vector_ids where space = ? and id = ?',
    )
    // A row that is known by its id may itself have been lost.
    const putRow = database.prepare(
      'insert or replace into vectors (row, id, cached, vector) values (?, ?, ?, ?)',
    )
    const insertId = database.prepare(
      'insert into vector_ids (space, id, repository, row) values (?, ?, ?, ?)',
    )
    /** The block that new rows of a repository go to, and where in it to look for a free slot. */
    const open = new Map<number, { block: VectorBlock; slot: number }>()

    const fill = (block: VectorBlock, slot: number, row: NewRow): void => {
      const at = slot * factsPerSlot
      block.facts[at] = row.version
      block.facts[at + 1] = row.language
      block.facts[at + 2] = row.symbolKind
      block.factors[slot] = coder.encode(row.vector, block.codes, slot * coder.codeBytes)
    }

    const replace = (known: number, row: NewRow): void => {
      putRow.run(known, row.id, row.cached, row.bytes)
      const blockId = Math.floor(known / blockSlots)
      const opened = [...open.values()].find(({ block }) => block.id === blockId)
      const block = opened?.block ?? readBlock(database, blockId)
      fill(block, known % blockSlots, row)
      if (!opened) writeBlock(database, block)
    }

    /** Frees the place of a row that another repository had. */
    const move = (known: number, id: string): void => {
      const block = readBlock(database, Math.floor(known / blockSlots))
      const at = (known % blockSlots) * factsPerSlot
      block.facts.fill(0, at, at + factsPerSlot)
      block.live -= 1
      writeBlock(database, block)
      deleteRow(spaceId, id, known)
    }

    return {
      add(row) {
        if (row.vector.length !== space.dimensions) {
          throw new Fault(
            'STORE_FAILED',
            `The vector of ${row.id} has ${row.vector.length} dimensions; its space has ${space.dimensions}.`,
          )
        }
        const known = find.get(spaceId, row.id)
        if (known?.repository === row.repository) {
          replace(known.row, row)
          return
        }
        if (known) move(known.row, row.id)
        let current = open.get(row.repository)
        if (current === undefined || current.block.live === blockSlots) {
          if (current) writeBlock(database, current.block)
          const block = openBlock(database, spaceId, row.repository, coder.codeBytes)
          current = { block, slot: 0 }
          open.set(row.repository, current)
        }
        const { block } = current
        while (block.facts[current.slot * factsPerSlot] !== 0) current.slot += 1
        const number = block.id * blockSlots + current.slot
        fill(block, current.slot, row)
        block.live += 1
        putRow.run(number, row.id, row.cached, row.bytes)
        insertId.run(spaceId, row.id, row.repository, number)
      },
      end() {
        for (const { block } of open.values()) writeBlock(database, block)
      },
    }
  }

  return {
    inspect: createInspectVectors(database, repositories),

    upsert(space, rows, packed) {
      const writer = rowWriter(space)
      const vectors = unpackVectors(packed)
      const bytes = unpackBytes(packed)
      for (const [index, row] of rows.entries()) {
        writer.add({
          id: row.id,
          repository: repositories.intern(row.repository),
          version: names.intern(row.version),
          language: names.intern(row.language),
          symbolKind: row.symbolKind === null ? 0 : names.intern(row.symbolKind),
          vector: vectors[index] ?? new Float32Array(),
          cached: null,
          bytes: bytes[index] ?? null,
        })
      }
      writer.end()
    },

    upsertSpooled(space, repository, versions) {
      const writer = rowWriter(space)
      const repositoryId = repositories.intern(repository)
      const cacheSpace = names.find(space.fingerprint)
      const findFile = database.prepare<{
        version: number
        language: string
        first_chunk: number
        chunk_count: number
      }>(
        `select version, language, first_chunk, chunk_count from spool_files
         where version = (select id from names where name = ?)`,
      )
      const findChunks = database.prepare<{
        ordinal: number
        symbol_kind: string | null
        cached: number
        text_hash: Uint8Array
        vector: Uint8Array
        checksum: number
      }>(
        `select c.ordinal, c.symbol_kind, c.text_hash, e.id as cached, e.vector, e.checksum
         from chunks c join embedding_cache e on e.space = ? and e.text_hash = c.text_hash
         where c.id >= ? and c.id < ?`,
      )
      const unknown: string[] = []
      for (const version of versions) {
        const file = findFile.get(version)
        if (file === undefined) {
          unknown.push(version)
          continue
        }
        const language = names.intern(file.language)
        const { first_chunk: first, chunk_count: count } = file
        // Read whole first: better-sqlite3 writes nothing while rows are still to come.
        for (const chunk of findChunks.all(cacheSpace, first, first + count)) {
          const { text_hash: hash, vector, checksum } = chunk
          // None is better than a wrong one: validation finds it missing.
          if (checksum !== vectorChecksum(space.fingerprint, hash, vector)) continue
          writer.add({
            id: `${version}:${chunk.ordinal}`,
            repository: repositoryId,
            version: file.version,
            language,
            symbolKind: chunk.symbol_kind === null ? 0 : names.intern(chunk.symbol_kind),
            vector: floats(vector),
            cached: chunk.cached,
            bytes: null,
          })
        }
      }
      writer.end()
      return unknown
    },

    delete(space, ids) {
      const spaceId = findSpace(space)
      if (spaceId === null) return 0
      const find = database.prepare<{ row: number }>(
        'select row from vector_ids where space = ? and id = ?',
      )
      const touched = new Map<number, VectorBlock>()
      let deleted = 0
      for (const id of ids) {
        const row = find.get(spaceId, id)?.row
        if (row === undefined) continue
        const blockId = Math.floor(row / blockSlots)
        const block = touched.get(blockId) ?? readBlock(database, blockId)
        touched.set(blockId, block)
        block.facts.fill(
          0,
          (row % blockSlots) * factsPerSlot,
          ((row % blockSlots) + 1) * factsPerSlot,
        )
        block.live -= 1
        deleteRow(spaceId, id, row)
        deleted += 1
      }
      for (const block of touched.values()) writeBlock(database, block)
      return deleted
    },

    query(space, vector, { limit, filter }) {
      if (vector.length !== space.dimensions) {
        throw new Fault(
          'STORE_FAILED',
          `The query has ${vector.length} dimensions; its space has ${space.dimensions}.`,
        )
      }
      const spaceId = findSpace(space)
      if (spaceId === null) return []
      const query = coderOf(space.dimensions).prepare(vector)
      const rows = nearestRows(database, cache, spaceId, query, limit, filter)
      return database
        .prepare<{ id: string; distance: number }>(
          `select v.id, vec_distance_cosine(${vectorOf('v')}, ?) as distance from vectors v
           where v.row in (select value from json_each(?)) order by distance, id limit ?`,
        )
        .all(
          new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength),
          JSON.stringify(rows),
          limit,
        )
        .map(({ id, distance }) => ({ id, distance: Math.max(0, distance) }))
    },

    get(space, ids) {
      const spaceId = findSpace(space)
      const find = database.prepare<{ vector: Uint8Array }>(
        `select ${vectorOf('v')} as vector from vector_ids i join vectors v on v.row = i.row
         where i.space = ? and i.id = ?`,
      )
      return packVectors(ids.map((id) => find.get(spaceId, id)?.vector ?? null))
    },

    ids(space, { repository, after, limit }) {
      return database
        .prepare<{ id: string }>(
          `select id from vector_ids where space = ? and id > ?
             and repository = (select id from repositories where name = ?) order by id limit ?`,
        )
        .all(findSpace(space), after ?? '', repository, limit)
        .map(({ id }) => id)
    },

    versions(space, { repository, after, limit }) {
      const spaceId = findSpace(space)
      const repositoryId = repositories.find(repository)
      const sums: VersionRows[] = []
      if (spaceId === null || repositoryId === null) return sums
      const next = database.prepare<{ id: string | null }>(
        'select min(id) as id from vector_ids where space = ? and id >= ?',
      )
      const sum = database.prepare<{ rows: number; chunks: number; last: number }>(
        `select count(*) as rows, max(ordinal) as last,
           sum(id = ?1 || ':' || ordinal and ordinal >= 0) as chunks
         from (select id, cast(substr(id, length(?1) + 2) as integer) as ordinal from vector_ids
           where space = ?2 and id >= ?1 and id < ?3 and repository = ?4)`,
      )
      // From version to version, so that no id leaves the index.
      let passed = after === undefined ? '' : idsEnd(after)
      while (sums.length < limit) {
        const id = next.get(spaceId, passed)?.id ?? null
        if (id === null) break
        const version = id.split(':', 1)[0] ?? id
        passed = idsEnd(version)
        const found = sum.get(version, spaceId, passed, repositoryId)
        if (!found || found.rows === 0) continue
        const { rows, chunks, last } = found
        sums.push({ version, rows, lastOrdinal: chunks === rows ? last : null })
      }
      return sums
    },

    count(space, { repository }) {
      const spaceId = findSpace(space)
      const repositoryId = repositories.find(repository)
      return spaceId === null || repositoryId === null ? 0 : cache.countRows(spaceId, repositoryId)
    },

    spaces: () =>
      database
        .prepare<VectorSpace>(
          `select fingerprint, dimensions from spaces s
           where exists (select 1 from vector_blocks b where b.space = s.id) order by fingerprint`,
        )
        .all()
        .map(({ fingerprint, dimensions }) => ({ fingerprint, dimensions })),

    *removeRepository(repository) {
      const repositoryId = repositories.find(repository)
      if (repositoryId === null) return 0
      let removed = 0
      for (;;) {
        const block = database
          .prepare<{ id: number; space: number }>(
            'select id, space from vector_blocks where repository = ? limit 1',
          )
          .get(repositoryId)
        if (!block) return removed
        const rows = database
          .prepare<{ row: number; id: string }>(
            'select row, id from vectors where row >= ? and row < ?',
          )
          .all(block.id * blockSlots, (block.id + 1) * blockSlots)
        for (const { row, id } of rows) deleteRow(block.space, id, row)
        database.prepare('delete from vector_blocks where id = ?').run(block.id)
        removed += rows.length
        yield
      }
    },
  }
}

/** SQL for the vector of a row of `vectors`. */
function vectorOf(row: string): string {
  return `ifnull(${row}.vector, (select e.vector from embedding_cache e where e.id = ${row}.cached))`
}

function floats(bytes: Uint8Array): Float32Array {
  // A driver may hand out bytes from the middle of a pool.
  const { buffer, byteOffset, byteLength } = bytes.byteOffset % 4 === 0 ? bytes : bytes.slice()
  return new Float32Array(buffer, byteOffset, byteLength / Float32Array.BYTES_PER_ELEMENT)
}

/** What comes after every id that begins with a version and a colon. */
function idsEnd(version: string): string {
  return `${version};`
}
