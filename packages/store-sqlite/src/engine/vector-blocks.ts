import type { Database } from './database.ts'

/** Slots of a block. A row's number is its block's id times this, plus its slot. */
export const blockSlots = 256
/** Numbers that each slot has in {@link VectorBlock.facts}. */
export const factsPerSlot = 3

/**
 * The codes of up to {@link blockSlots} vectors of one space and repository, with what a query can
 * filter by, in a few kilobytes that are read in one piece.
 */
export interface VectorBlock {
  readonly id: number
  live: number
  /** A slot has: name number of its version (0 where the slot is free), of its language, of its symbol kind (0 for none). */
  readonly facts: Int32Array
  /** A slot has one, of its code. */
  readonly factors: Float32Array
  /** A slot has the bytes of its code. */
  readonly codes: Uint8Array
}

interface BlockRow {
  id: number
  live: number
  facts: Uint8Array
  factors: Uint8Array
  codes: Uint8Array
}

const columns = 'id, live, facts, factors, codes'

/** The block with this id. */
export function readBlock(database: Database, id: number): VectorBlock {
  const row = database
    .prepare<BlockRow>(`select ${columns} from vector_blocks where id = ?`)
    .get(id)
  if (!row) throw new Error(`There is no vector block ${id}.`)
  return toBlock(row)
}

/** A block with a free slot; a new one where all are full. */
export function openBlock(
  database: Database,
  space: number,
  repository: number,
  codeBytes: number,
): VectorBlock {
  const row = database
    .prepare<BlockRow>(
      `select ${columns} from vector_blocks
       where space = ? and repository = ? and live < ${blockSlots} limit 1`,
    )
    .get(space, repository)
  if (row) return toBlock(row)
  const facts = new Int32Array(blockSlots * factsPerSlot)
  const factors = new Float32Array(blockSlots)
  const codes = new Uint8Array(blockSlots * codeBytes)
  const made = database
    .prepare<{ id: number }>(
      'insert into vector_blocks (space, repository, live, changes, facts, factors, codes) values (?, ?, 0, 0, ?, ?, ?) returning id',
    )
    .get(space, repository, asBytes(facts), asBytes(factors), codes)
  if (!made) throw new Error('SQLite returned no id for a new vector block.')
  return { id: made.id, live: 0, facts, factors, codes }
}

/** Stores what was changed; a block without rows goes. */
export function writeBlock(database: Database, block: VectorBlock): void {
  if (block.live === 0) {
    database.prepare('delete from vector_blocks where id = ?').run(block.id)
    return
  }
  database
    .prepare(
      'update vector_blocks set live = ?, changes = changes + 1, facts = ?, factors = ?, codes = ? where id = ?',
    )
    .run(block.live, asBytes(block.facts), asBytes(block.factors), block.codes, block.id)
}

function toBlock(row: BlockRow): VectorBlock {
  const facts = aligned(row.facts)
  const factors = aligned(row.factors)
  return {
    id: row.id,
    live: row.live,
    facts: new Int32Array(facts.buffer, facts.byteOffset, facts.byteLength / 4),
    factors: new Float32Array(factors.buffer, factors.byteOffset, factors.byteLength / 4),
    codes: row.codes,
  }
}

function asBytes(array: Int32Array | Float32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

/** A driver may hand out bytes from the middle of a pool. */
function aligned(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
}
