import type { StoredDifference, VectorSpace } from '@cairn/core'
import type { Database } from './database.ts'
import type { Inspection } from './inspect-journal.ts'
import type { Names } from './names.ts'
import { createSignCoder, type SignCoder } from './sign-code.ts'
import type { Stepwise } from './sync.ts'
import {
  blockSlots,
  factsPerSlot,
  readBlock,
  type VectorBlock,
  writeBlock,
} from './vector-blocks.ts'

/** A row of `vectors` with what it should agree with. */
interface VectorRow {
  row: number
  id: string
  /** The row that its id leads to. */
  listed: number | null
  vector: Uint8Array | null
  version: number | null
  /** Of a chunk that is spooled in the same file; else null, and anything is taken for right. */
  spooled: number | null
  language: number | null
  symbol_kind: number | null
}

/** What one pass works with. */
interface Pass {
  readonly database: Database
  readonly space: number
  readonly repository: number
  readonly repair: boolean
}

/** Rows that one step looks at. */
const page = 1_000

/**
 * Compares the places that a row of vectors is in: its id, its vector, and its code in a block. Repairing
 * takes a row that is not whole away altogether.
 */
export function createInspectVectors(
  database: Database,
  repositories: Names,
): Stepwise<[space: VectorSpace, inspection: Inspection], StoredDifference[]> {
  return function* inspect({ fingerprint, dimensions }, { repository: name, repair }) {
    const repository = repositories.find(name)
    if (repository === null) return []
    const differences: StoredDifference[] = []
    const known = database
      .prepare<{ id: number; dimensions: number }>(
        'select id, dimensions from spaces where fingerprint = ?',
      )
      .get(fingerprint)
    if (known && known.dimensions !== dimensions) {
      differences.push({ kind: 'altered', id: fingerprint, path: null })
      if (repair) {
        database.prepare('update spaces set dimensions = ? where id = ?').run(dimensions, known.id)
      }
    }
    const pass: Pass = { database, space: known?.id ?? 0, repository, repair }
    differences.push(...idsWithoutSpace(pass))
    yield
    for (const part of [rowsWithoutParts(pass), blocks(pass, dimensions)]) {
      differences.push(...(yield* part))
    }
    differences.push(...vectorsWithoutBlock(pass))
    return differences
  }
}

function idsWithoutSpace({ database, repository, repair }: Pass): StoredDifference[] {
  const where =
    'repository = ? and not exists (select 1 from spaces s where s.id = vector_ids.space)'
  const rows = database
    .prepare<{ id: string }>(`select id from vector_ids where ${where}`)
    .all(repository)
  if (repair && rows.length > 0) {
    database.prepare(`delete from vector_ids where ${where}`).run(repository)
  }
  return rows.map(({ id }) => ({ kind: 'orphan', id, path: null }))
}

/** Ids whose vector or block is lost, or another's. */
function* rowsWithoutParts({
  database,
  space,
  repository,
  repair,
}: Pass): Generator<undefined, StoredDifference[], undefined> {
  const differences: StoredDifference[] = []
  for (let after = ''; ; ) {
    const rows = database
      .prepare<{ id: string; row: number; own: string | null; block: number | null }>(
        `select i.id, i.row, v.id as own, b.id as block from vector_ids i
         left join vectors v on v.row = i.row
         left join vector_blocks b
           on b.id = i.row / ${blockSlots} and b.space = i.space and b.repository = i.repository
         where i.space = ? and i.repository = ? and i.id > ? order by i.id limit ${page}`,
      )
      .all(space, repository, after)
    for (const { id, row, own, block } of rows) {
      if (own === id && block !== null) continue
      differences.push({ kind: 'altered', id, path: null })
      if (!repair) continue
      database.prepare('delete from vector_ids where space = ? and id = ?').run(space, id)
      if (own === id) database.prepare('delete from vectors where row = ?').run(row)
    }
    const last = rows.at(-1)
    yield
    if (!last || rows.length < page) return differences
    after = last.id
  }
}

function* blocks(
  { database, space, repository, repair }: Pass,
  dimensions: number,
): Generator<undefined, StoredDifference[], undefined> {
  const coder = createSignCoder(dimensions)
  const differences: StoredDifference[] = []
  const listed = database
    .prepare<{ id: number; space: number; is_known: number }>(
      `select b.id, b.space, exists (select 1 from spaces s where s.id = b.space) as is_known
       from vector_blocks b where b.repository = ?`,
    )
    .all(repository)
  for (const { id, space: of, is_known: isKnown } of listed) {
    if (of === space) {
      differences.push(...inspectBlock(database, space, id, coder, repair))
    } else if (isKnown === 0) {
      differences.push({ kind: 'orphan', id: `block ${id}`, path: null })
      if (repair) {
        database
          .prepare('delete from vectors where row >= ? and row < ?')
          .run(id * blockSlots, (id + 1) * blockSlots)
        database.prepare('delete from vector_blocks where id = ?').run(id)
      }
    }
    yield
  }
  return differences
}

function inspectBlock(
  database: Database,
  space: number,
  id: number,
  coder: SignCoder,
  repair: boolean,
): StoredDifference[] {
  const block = readBlock(database, id)
  const isReadable =
    block.facts.length === blockSlots * factsPerSlot &&
    block.factors.length === blockSlots &&
    block.codes.length === blockSlots * coder.codeBytes
  const differences: StoredDifference[] = []
  const whole = new Set<number>()
  for (const row of rowsOfBlock(database, space, id)) {
    if (isReadable && row.listed === row.row && isInBlock(row, block, coder)) {
      whole.add(row.row % blockSlots)
      continue
    }
    const kind = row.listed === row.row ? 'altered' : 'orphan'
    differences.push({ kind, id: row.id, path: null })
    if (!repair) continue
    database.prepare('delete from vectors where row = ?').run(row.row)
    database
      .prepare('delete from vector_ids where space = ? and id = ? and row = ?')
      .run(space, row.id, row.row)
  }
  const free = new Set<number>()
  for (let slot = 0; slot < blockSlots; slot++) {
    if (!whole.has(slot) && (block.facts[slot * factsPerSlot] ?? 0) !== 0) free.add(slot)
  }
  if (differences.length === 0 && (free.size > 0 || block.live !== whole.size || !isReadable)) {
    differences.push({ kind: 'altered', id: `block ${id}`, path: null })
  }
  if (repair && differences.length > 0) {
    for (const slot of free) block.facts.fill(0, slot * factsPerSlot, (slot + 1) * factsPerSlot)
    block.live = whole.size
    writeBlock(database, block)
  }
  return differences
}

function rowsOfBlock(database: Database, space: number, block: number): VectorRow[] {
  return database
    .prepare<VectorRow>(
      `select v.row, v.id, i.row as listed,
         ifnull(v.vector, (select e.vector from embedding_cache e where e.id = v.cached)) as vector,
         n.id as version, f.version as spooled, l.id as language, k.id as symbol_kind
       from vectors v
       left join vector_ids i on i.space = ? and i.id = v.id
       left join names n on n.name = substr(v.id, 1, instr(v.id, ':') - 1)
       left join spool_files f on f.version = n.id
       left join chunks c on c.id = f.first_chunk + cast(substr(v.id, instr(v.id, ':') + 1) as integer)
       left join names l on l.name = f.language
       left join names k on k.name = c.symbol_kind
       where v.row >= ? and v.row < ?`,
    )
    .all(space, block * blockSlots, (block + 1) * blockSlots)
}

function isInBlock(row: VectorRow, block: VectorBlock, coder: SignCoder): boolean {
  const slot = row.row % blockSlots
  const [version, language, symbolKind] = block.facts.subarray(
    slot * factsPerSlot,
    (slot + 1) * factsPerSlot,
  )
  if (row.version === null || version !== row.version) return false
  if (
    row.spooled !== null &&
    (language !== row.language || symbolKind !== (row.symbol_kind ?? 0))
  ) {
    return false
  }
  // One that is lost or of another length is told by who reads it.
  if (!row.vector || row.vector.byteLength === 0 || row.vector.byteLength % 4 !== 0) return true
  const vector = new Float32Array(new Uint8Array(row.vector).buffer)
  const code = new Uint8Array(coder.codeBytes)
  const factor = Math.fround(coder.encode(vector, code, 0))
  const stored = block.codes.subarray(slot * coder.codeBytes, (slot + 1) * coder.codeBytes)
  return (
    (factor === block.factors[slot] || Number.isNaN(factor)) && Buffer.compare(code, stored) === 0
  )
}

/** Rows of `vectors` that stand in no block, of whichever repository: nothing says of which. */
function vectorsWithoutBlock({ database, repair }: Pass): StoredDifference[] {
  const where = `not exists (select 1 from vector_blocks b where b.id = vectors.row / ${blockSlots})`
  const rows = database.prepare<{ id: string }>(`select id from vectors where ${where}`).all()
  if (repair && rows.length > 0) database.exec(`delete from vectors where ${where}`)
  return rows.map(({ id }) => ({ kind: 'orphan', id, path: null }))
}
