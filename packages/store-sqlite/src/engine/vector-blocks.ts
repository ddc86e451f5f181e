import type { Database } from './database.ts'

/** Slots of a block. A row's number is its block's id times this, plus its slot. */
export const blockSlots = 256
/** Numbers that each slot has in {@link VectorBlock.facts}. */
export const factsPerSlot = 3

/**
 * The sign bits of up to {@link blockSlots} vectors of one space and repository, with what a query
 * can filter by, in a few kilobytes that are read in one piece.
 */
export interface VectorBlock {
  readonly id: number
  live: number
  /** A slot has: name number of its version (0 where the slot is free), of its language, of its symbol kind (0 for none). */
  readonly facts: Int32Array
  /** A slot has `wordsOf(dimensions)` words. */
  readonly bits: Int32Array
}

interface BlockRow {
  id: number
  live: number
  facts: Uint8Array
  bits: Uint8Array
}

/** Words of 32 bits that hold a sign bit for each dimension. */
export function wordsOf(dimensions: number): number {
  return Math.ceil(dimensions / 32)
}

/** Writes a bit for each dimension from `offset` on: set where the vector is above zero. */
export function writeSignBits(vector: Float32Array, bits: Int32Array, offset: number): void {
  const words = wordsOf(vector.length)
  for (let word = 0; word < words; word += 1) {
    let value = 0
    const first = word * 32
    const end = Math.min(first + 32, vector.length)
    for (let index = first; index < end; index += 1) {
      if ((vector[index] ?? 0) > 0) value |= 1 << (index - first)
    }
    bits[offset + word] = value
  }
}

/** Blocks of a space, or of one repository in it, one after the other. */
export function* readBlocks(
  database: Database,
  space: number,
  repository: number | null,
): Generator<VectorBlock> {
  const where = repository === null ? '' : 'and repository = ?'
  const rows = database
    .prepare<BlockRow>(`select id, live, facts, bits from vector_blocks where space = ? ${where}`)
    .iterate(space, ...(repository === null ? [] : [repository]))
  for (const row of rows) yield toBlock(row)
}

/** The block with this id. */
export function readBlock(database: Database, id: number): VectorBlock {
  const row = database
    .prepare<BlockRow>('select id, live, facts, bits from vector_blocks where id = ?')
    .get(id)
  if (!row) throw new Error(`There is no vector block ${id}.`)
  return toBlock(row)
}

/** A block with a free slot; a new one where all are full. */
export function openBlock(
  database: Database,
  space: number,
  repository: number,
  dimensions: number,
): VectorBlock {
  const row = database
    .prepare<BlockRow>(
      `select id, live, facts, bits from vector_blocks
       where space = ? and repository = ? and live < ${blockSlots} limit 1`,
    )
    .get(space, repository)
  if (row) return toBlock(row)
  const facts = new Int32Array(blockSlots * factsPerSlot)
  const bits = new Int32Array(blockSlots * wordsOf(dimensions))
  const made = database
    .prepare<{ id: number }>(
      'insert into vector_blocks (space, repository, live, facts, bits) values (?, ?, 0, ?, ?) returning id',
    )
    .get(space, repository, asBytes(facts), asBytes(bits))
  if (!made) throw new Error('SQLite returned no id for a new vector block.')
  return { id: made.id, live: 0, facts, bits }
}

/** Stores what was changed; a block without rows goes. */
export function writeBlock(database: Database, block: VectorBlock): void {
  if (block.live === 0) {
    database.prepare('delete from vector_blocks where id = ?').run(block.id)
    return
  }
  database
    .prepare('update vector_blocks set live = ?, facts = ?, bits = ? where id = ?')
    .run(block.live, asBytes(block.facts), asBytes(block.bits), block.id)
}

function toBlock(row: BlockRow): VectorBlock {
  return { id: row.id, live: row.live, facts: asWords(row.facts), bits: asWords(row.bits) }
}

function asBytes(array: Int32Array): Uint8Array {
  return new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
}

function asWords(bytes: Uint8Array): Int32Array {
  // A driver may hand out bytes from the middle of a pool.
  const aligned = bytes.byteOffset % 4 === 0 ? bytes : new Uint8Array(bytes)
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength / 4)
}
