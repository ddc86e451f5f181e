import type { ChunkFilter } from '@cairn/core'
import { releaseMemory } from '@cairn/core/release-memory'
import type { BlockCache } from './block-cache.ts'
import type { Database } from './database.ts'
import { estimateDots, type SignQuery } from './sign-code.ts'
import { blockSlots, factsPerSlot, type VectorBlock } from './vector-blocks.ts'

/** Rows up to which every one is compared exactly. */
const exactRows = 1_000
/** Candidates for the exact comparison for each row asked for, and at least. */
const candidatesPerRow = 8
const leastCandidates = 400
/** Steps of the scale from −1 to 1 on which estimates are counted to find the best. */
const scaleSteps = 4_096

/**
 * Numbers of the rows that pass the filter and whose estimated dot product with the query is
 * highest: several times as many as were asked for, or all of them where they are few.
 */
export function nearestRows(
  database: Database,
  cache: BlockCache,
  space: number,
  query: SignQuery,
  limit: number,
  filter: ChunkFilter | undefined,
): number[] {
  const partitions = partitionsOf(database, filter)
  const most = partitions.reduce<number>(
    (sum, repository) => sum + cache.countRows(space, repository),
    0,
  )
  const passes = passing(database, filter)
  const dots = new Float32Array(blockSlots)
  const found: Estimates = {
    blocks: [],
    places: new Uint32Array(most),
    steps: new Uint16Array(most),
    counts: new Uint32Array(scaleSteps),
    length: 0,
  }
  for (const repository of partitions) {
    for (const block of cache.blocks(space, repository)) {
      estimateDots(query, block.codes, block.factors, dots)
      collect(block, dots, passes, found)
    }
  }
  const wanted =
    found.length <= exactRows ? found.length : Math.max(leastCandidates, limit * candidatesPerRow)
  const rows = best(found, wanted)
  releaseMemory([found.places, found.steps])
  return rows
}

/** Rows with the steps of their estimates on the scale, and how many there are on each step. */
interface Estimates {
  /** Ids of the blocks that were looked at. */
  readonly blocks: number[]
  /** Where each row stands: the place of its block among those times the slots of one, plus its slot. */
  readonly places: Uint32Array
  readonly steps: Uint16Array
  readonly counts: Uint32Array
  length: number
}

function collect(
  block: VectorBlock,
  dots: Float32Array,
  passes: (facts: Int32Array, slot: number) => boolean,
  found: Estimates,
): void {
  const { blocks, places, steps, counts } = found
  const first = (blocks.push(block.id) - 1) * blockSlots
  for (let slot = 0; slot < blockSlots; slot += 1) {
    if (!passes(block.facts, slot)) continue
    const step = stepOf(dots[slot] ?? 0)
    places[found.length] = first + slot
    steps[found.length] = step
    counts[step] = (counts[step] ?? 0) + 1
    found.length += 1
  }
}

function stepOf(dot: number): number {
  const step = Math.floor(((dot + 1) / 2) * scaleSteps)
  return step < 0 ? 0 : step < scaleSteps ? step : scaleSteps - 1
}

/** At least `wanted` rows: those down to the step on which the last of them stands. */
function best({ blocks, places, steps, counts, length }: Estimates, wanted: number): number[] {
  let least = scaleSteps
  for (let sum = 0; sum < wanted && least > 0; ) {
    least -= 1
    sum += counts[least] ?? 0
  }
  const chosen: number[] = []
  for (let index = 0; index < length; index += 1) {
    if ((steps[index] ?? 0) < least) continue
    const place = places[index] ?? 0
    chosen.push((blocks[Math.floor(place / blockSlots)] ?? 0) * blockSlots + (place % blockSlots))
  }
  return chosen
}

/** Whether a slot is taken by a row that the filter lets through. */
function passing(
  database: Database,
  filter: ChunkFilter | undefined,
): (facts: Int32Array, slot: number) => boolean {
  const versions = numbersOf(database, filter?.versions, 'names')
  const languages = numbersOf(database, filter?.languages, 'names')
  const symbolKinds = numbersOf(database, filter?.symbolKinds, 'names')
  return (facts, slot) => {
    const version = facts[slot * factsPerSlot] ?? 0
    return (
      version !== 0 &&
      (versions === null || versions.has(version)) &&
      (languages === null || languages.has(facts[slot * factsPerSlot + 1] ?? 0)) &&
      (symbolKinds === null || symbolKinds.has(facts[slot * factsPerSlot + 2] ?? 0))
    )
  }
}

/** Repositories to look in; null stands for all. */
function partitionsOf(database: Database, filter: ChunkFilter | undefined): (number | null)[] {
  const repositories = numbersOf(database, filter?.repositories, 'repositories')
  return repositories === null ? [null] : [...repositories]
}

function numbersOf(
  database: Database,
  wanted: readonly string[] | undefined,
  table: 'names' | 'repositories',
): Set<number> | null {
  if (wanted === undefined) return null
  const rows = database
    .prepare<{ id: number }>(
      `select id from ${table} where name in (select value from json_each(?))`,
    )
    .all(JSON.stringify(wanted))
  return new Set(rows.map(({ id }) => id))
}
