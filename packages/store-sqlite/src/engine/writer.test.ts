import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import type { EngineOptions } from '../options.ts'
import { queued, temporaryFolder } from '../store-samples.test-support.ts'
import type { Driver } from './database.ts'
import { nodeDriver } from './node-driver.ts'
import { createWriter } from './writer.ts'
import { takeWriterLock } from './writer-lock.ts'

async function optionsAt(): Promise<EngineOptions> {
  const path = join(await temporaryFolder(), 'index.db')
  return { path, readOnly: false, driver: 'node', cacheBytes: 1_000_000, maxBytes: null }
}

test('who ends what is abandoned leaves the store to writers while it opens and closes the file', async () => {
  const driver = await nodeDriver()
  const options = await optionsAt()
  const first = createWriter(driver, options)
  first.writeTogether([
    { run: ({ tasks }) => tasks.append([queued('left')]), mayUseReserve: false },
  ])
  first.close()

  const free: string[] = []
  const noteIfFree = (moment: string): void => {
    takeWriterLock(driver, options.path, 0)()
    free.push(moment)
  }
  const watched: Driver = {
    ...driver,
    open(path, how) {
      const database = driver.open(path, how)
      if (path !== options.path) return database
      noteIfFree('opened')
      return {
        ...database,
        close() {
          noteIfFree('closing')
          database.close()
        },
      }
    },
  }
  createWriter(watched, options).endAbandoned()
  expect(free).toEqual(['opened', 'closing'])

  const reader = driver.open(options.path, { readOnly: true, withVectors: false })
  onTestFinished(() => reader.close())
  expect(reader.prepare('select status from tasks').all()).toEqual([{ status: 'failed' }])
})
