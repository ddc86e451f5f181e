import { releaseMemory } from '@cairn/core/release-memory'
import type { Database } from './database.ts'
import { readBlock, type VectorBlock } from './vector-blocks.ts'

/** Blocks for queries; what did not change since the last one is not read again. */
export interface BlockCache {
  /** Rows of a space, or of one repository in it. */
  countRows(space: number, repository: number | null): number
  /** Blocks of a space, or of one repository in it. Each is gone when the next is asked for. */
  blocks(space: number, repository: number | null): Iterable<VectorBlock>
}

interface KeptBlock {
  readonly block: VectorBlock
  readonly changes: number
  readonly space: number
  /** The last walk through the blocks that met it. */
  walk: number
}

/**
 * Keeps the blocks that are queried, as far as they fit into so many bytes: those of 16,000 vectors of
 * 384 dimensions in a megabyte. The others are read again by each query.
 */
export function createBlockCache(database: Database, keptBytes: number): BlockCache {
  const kept = new Map<number, KeptBlock>()
  let bytes = 0
  let walks = 0

  const forget = (id: number): void => {
    const entry = kept.get(id)
    if (!entry) return
    bytes -= sizeOf(entry.block)
    kept.delete(id)
  }

  // One by one: thousands of them, held while a query goes through the blocks, would be taken for long-lived.
  const list = (
    space: number,
    repository: number | null,
  ): IterableIterator<{ id: number; changes: number }> =>
    database
      .prepare<{ id: number; changes: number }>(
        `select id, changes from vector_blocks where space = ? ${repository === null ? '' : 'and repository = ?'}`,
      )
      .iterate(space, ...(repository === null ? [] : [repository]))

  return {
    countRows(space, repository) {
      const row = database
        .prepare<{ live: number | null }>(
          `select sum(live) as live from vector_blocks where space = ? ${repository === null ? '' : 'and repository = ?'}`,
        )
        .get(space, ...(repository === null ? [] : [repository]))
      return row?.live ?? 0
    },

    *blocks(space, repository) {
      walks += 1
      const walk = walks
      for (const { id, changes } of list(space, repository)) {
        const entry = kept.get(id)
        if (entry?.changes === changes) {
          entry.walk = walk
          yield entry.block
          continue
        }
        forget(id)
        const block = readBlock(database, id)
        if (bytes + sizeOf(block) <= keptBytes) {
          kept.set(id, { block, changes, space, walk })
          bytes += sizeOf(block)
          yield block
          continue
        }
        try {
          yield block
        } finally {
          release(block)
        }
      }
      if (repository !== null) return
      // Only here is it certain that what was not met is gone.
      for (const [id, entry] of kept) {
        if (entry.space === space && entry.walk !== walk) forget(id)
      }
    },
  }
}

const nothing: Pick<VectorBlock, 'facts' | 'factors' | 'codes'> = {
  facts: new Int32Array(),
  factors: new Float32Array(),
  codes: new Uint8Array(),
}

/** Gives the memory back that is the block's alone: a driver may hand out bytes from the middle of a pool. */
function release(block: VectorBlock): void {
  const arrays = [block.facts, block.factors, block.codes]
  releaseMemory(arrays.filter(({ buffer, byteLength }) => byteLength === buffer.byteLength))
  // As others of its kind are kept, V8 makes it in the old generation at once, and all that it names would follow.
  Object.assign(block, nothing)
}

function sizeOf({ facts, factors, codes }: VectorBlock): number {
  return facts.byteLength + factors.byteLength + codes.byteLength
}
