import { fetchOrSkip } from '@cairn/servers/vitest'
import { describe, expect, test } from 'vitest'
import { allFaults } from './all-faults.ts'
import { hasFailed } from './outcome.ts'
import { starts } from './starts.ts'

// A seed that is always the same would try the same moments for ever; a failure names the one it had.
const seed = Date.now() % 1_000_000
// How soon something happens is measured by hand.
const tested = allFaults.filter((fault) => fault !== starts)

// One that needs a server starts it, which on a busy machine takes a minute.
describe(`the short form of the bench of faults, with seed ${seed}`, { timeout: 600_000 }, () => {
  test.for(tested)('$name: nothing is lost', async (fault, context) => {
    const { signal } = context
    const outcomes = await fetchOrSkip(context, () => fault.run({ form: 'short', seed, signal }))
    expect(outcomes.length).toBeGreaterThan(0)
    for (const outcome of outcomes) {
      expect(outcome, outcome.notes.join('\n')).toSatisfy((each) => !hasFailed(each))
      expect(outcome.tries).toBeGreaterThan(0)
    }
  })
})
