import { pointAt } from './break-points.ts'
import { killAndGoOn } from './broken-run.ts'
import type { Fault } from './fault.ts'
import { outcomeOf } from './outcome.ts'
import { prepareRun } from './prepared-run.ts'

const files = 3_000

/** A call of each stage that writes; the process is killed after half of them. */
const calls = ['spool.write', 'cache.put', 'ledger.stage'] as const

/** How soon a run of 3,000 files that was killed is at work again. It is measured, so the tests leave it out. */
export const starts: Fault = {
  name: 'starts',
  async run({ form, signal }) {
    if (form === 'short') return []
    const prepared = await prepareRun(10, files, signal)
    try {
      const tries = []
      const notes = []
      for (const call of calls) {
        const at = { break: 'process', call, when: 'after' } as const
        const point = pointAt(prepared.uninterrupted.calls, at, 0.5)
        const result = await killAndGoOn(prepared, point, signal)
        const { begunAfterMs, atWorkAfterMs, atWorkCpuMs } = result.next
        notes.push(
          `killed ${result.what}: the run goes on ${inMs(begunAfterMs)} after its process could begin, the first new piece of work comes after ${inMs(atWorkAfterMs)}, for which ${inMs(atWorkCpuMs)} of processor time were used`,
        )
        tries.push(result)
      }
      return [outcomeOf(`SIGKILL in a run of ${files} files`, tries, notes)]
    } finally {
      await prepared.remove()
    }
  },
}

function inMs(milliseconds: number | null): string {
  return milliseconds === null ? 'no time' : `${Math.round(milliseconds)} ms`
}
