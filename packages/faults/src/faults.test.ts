import { describe, expect, test } from 'vitest'
import { allFaults } from './all-faults.ts'

// A seed that is always the same would try the same moments for ever; a failure names the one it had.
const seed = Date.now() % 1_000_000

describe(`the short form of the bench of faults, with seed ${seed}`, () => {
  test.each(allFaults)('$name: nothing is lost', async (fault) => {
    const { signal } = new AbortController()
    const outcomes = await fault.run({ form: 'short', seed, signal })
    for (const outcome of outcomes) {
      expect(outcome).toMatchObject({ survived: outcome.tries, lost: 0 })
      expect(outcome.tries).toBeGreaterThan(0)
    }
  })
})
