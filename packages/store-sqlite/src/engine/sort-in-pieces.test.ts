import { expect, onTestFinished, test } from 'vitest'
import { nodeDriver } from './node-driver.ts'
import { sortInPieces } from './sort-in-pieces.ts'

test('a large sort has a megabyte at a time, and what comes after it the cache that was set', async () => {
  const database = (await nodeDriver()).open(':memory:', { readOnly: false, withVectors: false })
  onTestFinished(() => database.close())
  database.exec('pragma cache_size = -16384')
  const cacheSize = (): unknown => database.prepare('pragma cache_size').get()
  expect(sortInPieces(database, cacheSize)).toEqual({ cache_size: -1024 })
  expect(cacheSize()).toEqual({ cache_size: -16384 })
  expect(() =>
    sortInPieces(database, () => {
      throw new Error('full')
    }),
  ).toThrow('full')
  expect(cacheSize()).toEqual({ cache_size: -16384 })
})
