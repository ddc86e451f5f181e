import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../store-samples.test-support.ts'
import { createBlockCache } from './block-cache.ts'
import { connectWriter } from './connect.ts'
import type { Database } from './database.ts'
import { nodeDriver } from './node-driver.ts'
import { openBlock, type VectorBlock, writeBlock } from './vector-blocks.ts'

const [space, repository, codeBytes] = [1, 1, 12]

/** A store with so many full blocks. */
async function withBlocks(count: number): Promise<Database> {
  const path = join(await temporaryFolder(), 'index.db')
  const options = { path, readOnly: false, cacheBytes: 1_000_000, maxBytes: null }
  const database = connectWriter(await nodeDriver(), { ...options, driver: 'node' })
  onTestFinished(() => database.close())
  for (let number = 1; number <= count; number++) {
    const block = openBlock(database, space, repository, codeBytes)
    block.live = 256
    block.codes.fill(number)
    writeBlock(database, block)
  }
  return database
}

const sizeOf = ({ facts, factors, codes }: VectorBlock): number =>
  facts.byteLength + factors.byteLength + codes.byteLength

test('what does not fit is read by every query, and given back as soon as the next is asked for', async () => {
  const database = await withBlocks(4)
  const room = 2 * 256 * (codeBytes + 4 + 12)
  const cache = createBlockCache(database, room)
  const first: VectorBlock[] = []
  for (let time = 0; time < 2; time++) {
    const seen: VectorBlock[] = []
    const codes: (number | undefined)[] = []
    for (const block of cache.blocks(space, null)) {
      seen.push(block)
      codes.push(block.codes[5])
    }
    expect(codes).toEqual([1, 2, 3, 4])
    if (time === 0) first.push(...seen)
    expect([seen[0] === first[0], seen[1] === first[1]]).toEqual([true, true])
    expect([seen[2] === first[2], seen[3] === first[3]]).toEqual([time === 0, time === 0])
    expect(seen.map(sizeOf)).toEqual([room / 2, room / 2, 0, 0])
  }
})

test('a query that stops early gives back what it held', async () => {
  const database = await withBlocks(1)
  const cache = createBlockCache(database, 0)
  const seen: VectorBlock[] = []
  for (const block of cache.blocks(space, repository)) {
    seen.push(block)
    break
  }
  expect(seen.map(sizeOf)).toEqual([0])
})
