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

/**
 * Keeps the blocks that are queried, as far as they fit into so many bytes: those of 16,000 vectors of
 * 384 dimensions in a megabyte. The others are read again by each query.
 */
export function createBlockCache(database: Database, keptBytes: number): BlockCache {
  const kept = new Map<number, { block: VectorBlock; changes: number; space: number }>()
  let bytes = 0

  const forget = (id: number): void => {
    const entry = kept.get(id)
    if (!entry) return
    bytes -= sizeOf(entry.block)
    kept.delete(id)
  }

  const list = (space: number, repository: number | null): { id: number; changes: number }[] =>
    database
      .prepare<{ id: number; changes: number }>(
        `select id, changes from vector_blocks where space = ? ${repository === null ? '' : 'and repository = ?'}`,
      )
      .all(space, ...(repository === null ? [] : [repository]))

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
      const listed = list(space, repository)
      if (repository === null) {
        // Only here is it certain that what is not listed is gone.
        const ids = new Set(listed.map(({ id }) => id))
        for (const [id, entry] of kept) if (entry.space === space && !ids.has(id)) forget(id)
      }
      for (const { id, changes } of listed) {
        const entry = kept.get(id)
        if (entry?.changes === changes) {
          yield entry.block
          continue
        }
        forget(id)
        const block = readBlock(database, id)
        if (bytes + sizeOf(block) <= keptBytes) {
          kept.set(id, { block, changes, space })
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
