import { brokenRun, goOnAndCompare, prepareRun } from './broken-run.ts'
import type { Fault } from './fault.ts'
import { outcomeOf } from './outcome.ts'
import type { BreakPoint } from './started-process.ts'

const files = 3_000

const points: readonly BreakPoint[] = [
  { break: 'process', call: 'spool.write', nth: 20, when: 'after' },
  { break: 'process', call: 'cache.put', nth: 10, when: 'after' },
  { break: 'process', call: 'ledger.stage', nth: 200, when: 'after' },
]

/** How soon a run of 3,000 files that was killed is at work again. It is measured, so the tests leave it out. */
export const starts: Fault = {
  name: 'starts',
  async run({ form, signal }) {
    if (form === 'short') return []
    const prepared = await prepareRun(10, files, signal)
    try {
      const tries = []
      const notes = []
      for (const point of points) {
        const data = prepared.copyOfData()
        const broken = await brokenRun(prepared, data, { breaks: [point] }, signal)
        const result = await goOnAndCompare(prepared, data, broken, point.call ?? '', signal)
        const { begunAfterMs, atWorkAfterMs } = result.next
        notes.push(
          `killed in ${point.call}: the run goes on ${inMs(begunAfterMs)} after its process could begin, the first new piece of work comes after ${inMs(atWorkAfterMs)}`,
        )
        tries.push(result)
      }
      return [outcomeOf(`SIGKILL in a run of ${files} files`, tries, notes)]
    } finally {
      prepared.remove()
    }
  },
}

function inMs(milliseconds: number | null): string {
  return milliseconds === null ? 'no time' : `${Math.round(milliseconds)} ms`
}
