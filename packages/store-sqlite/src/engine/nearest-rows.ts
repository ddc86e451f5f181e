import type { ChunkFilter } from '@cairn/core'
import type { Database } from './database.ts'
import { blockSlots, factsPerSlot, readBlocks, wordsOf, writeSignBits } from './vector-blocks.ts'

/** Rows up to which every one is compared exactly. */
const exactRows = 1_000
/** Candidates for the exact comparison, at least, for each row asked for. */
const candidatesPerRow = 8
const leastCandidates = 400

/**
 * Numbers of the rows that pass the filter and are near by the Hamming distance of their sign bits:
 * all of them where they are few, else several times as many as were asked for. The signs of two
 * vectors differ in proportion to the angle between them.
 * @see Charikar, Similarity Estimation Techniques from Rounding Algorithms, STOC 2002
 */
export function nearestRows(
  database: Database,
  space: number,
  vector: Float32Array,
  limit: number,
  filter: ChunkFilter | undefined,
): number[] {
  const versions = numbersOf(database, filter?.versions, 'names')
  const languages = numbersOf(database, filter?.languages, 'names')
  const symbolKinds = numbersOf(database, filter?.symbolKinds, 'names')
  const words = wordsOf(vector.length)
  const query = new Int32Array(words)
  writeSignBits(vector, query, 0)

  const rows: number[] = []
  const distances: number[] = []
  const histogram = new Uint32Array(words * 32 + 1)
  for (const repository of partitions(database, filter)) {
    for (const { id, facts, bits } of readBlocks(database, space, repository)) {
      for (let slot = 0; slot < blockSlots; slot += 1) {
        const at = slot * factsPerSlot
        const version = facts[at] ?? 0
        if (version === 0) continue
        if (versions && !versions.has(version)) continue
        if (languages && !languages.has(facts[at + 1] ?? 0)) continue
        if (symbolKinds && !symbolKinds.has(facts[at + 2] ?? 0)) continue
        const distance = hammingDistance(query, bits, slot * words, words)
        rows.push(id * blockSlots + slot)
        distances.push(distance)
        histogram[distance] = (histogram[distance] ?? 0) + 1
      }
    }
  }
  if (rows.length <= exactRows) return rows
  const wanted = Math.max(leastCandidates, limit * candidatesPerRow)
  let threshold = 0
  for (let sum = histogram[0] ?? 0; sum < wanted && threshold < histogram.length - 1; ) {
    threshold += 1
    sum += histogram[threshold] ?? 0
  }
  return rows.filter((_, index) => (distances[index] ?? 0) <= threshold)
}

/** Repositories to look in; null stands for all. */
function partitions(database: Database, filter: ChunkFilter | undefined): (number | null)[] {
  if (filter?.repositories === undefined) return [null]
  return [...(numbersOf(database, filter.repositories, 'repositories') ?? [])]
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

function hammingDistance(
  query: Int32Array,
  bits: Int32Array,
  offset: number,
  words: number,
): number {
  let distance = 0
  for (let word = 0; word < words; word += 1) {
    // Counts the set bits of a word in parallel (Warren, Hacker's Delight, 5-1).
    let x = (query[word] ?? 0) ^ (bits[offset + word] ?? 0)
    x -= (x >>> 1) & 0x55555555
    x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
    distance += Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
  }
  return distance
}
